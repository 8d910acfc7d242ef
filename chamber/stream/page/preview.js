// Moving thumbnails over one connection, and the public stream beside them, both through the controller.
const video = document.getElementById("return");
const { live, thumbs } = document.body.dataset;
const figures = new Map([...document.querySelectorAll("figure[data-id]")].map((figure) => [figure.dataset.id, figure]));
const RETRY_MS = 2000;
const STILL_MS = 1500;
const NEWLINE = 10;
const arrived = new Map();

function show({ id, age_ms }, jpeg) {
  const image = figures.get(id)?.querySelector("img");
  if (!image) return;
  const address = URL.createObjectURL(new Blob([jpeg], { type: "image/jpeg" }));
  const before = image.src;
  image.src = address;
  if (before.startsWith("blob:")) URL.revokeObjectURL(before);
  if (age_ms < STILL_MS) arrived.set(id, performance.now());
}

// Cuts what came in into one JSON line and as many bytes as it says; returns what is not whole yet.
function cut(bytes) {
  for (;;) {
    const end = bytes.indexOf(NEWLINE);
    if (end < 0) return bytes;
    const { thumb } = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end)));
    const from = end + 1, to = from + thumb.bytes;
    if (bytes.length < to) return bytes;
    show(thumb, bytes.slice(from, to));
    bytes = bytes.subarray(to);
  }
}

async function follow() {
  const answer = await fetch(thumbs);
  if (!answer.ok) throw new Error(answer.statusText);
  let rest = new Uint8Array(0);
  for (const reader = answer.body.getReader(); ;) {
    const { value, done } = await reader.read();
    if (done) return;
    const whole = new Uint8Array(rest.length + value.length);
    whole.set(rest);
    whole.set(value, rest.length);
    rest = cut(whole);
  }
}

function look() {
  const again = () => setTimeout(look, RETRY_MS);
  follow().then(again, again);
}

setInterval(() => {
  const oldest = performance.now() - STILL_MS;
  for (const [id, figure] of figures) figure.classList.toggle("still", (arrived.get(id) ?? 0) < oldest);
}, 500);

function play() {
  const hls = new window.Hls({
    lowLatencyMode: true, enableWorker: false,
    // text tracks of its own would need data: addresses, which the page forbids
    enableDateRangeMetadataCues: false, enableEmsgMetadataCues: false, enableID3MetadataCues: false,
  });
  hls.on(window.Hls.Events.MANIFEST_PARSED, () => video.play().catch(() => {}));
  hls.on(window.Hls.Events.ERROR, (_, data) => {
    if (!data.fatal) return;
    hls.destroy();
    setTimeout(play, RETRY_MS);
  });
  hls.loadSource(live);
  hls.attachMedia(video);
}

look();
if (window.Hls?.isSupported()) play();
else video.src = live;
