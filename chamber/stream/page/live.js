// Plays the stream and shows state, item and speaker in step with the picture.
const $ = (id) => document.getElementById(id);
const video = $("video");
const SOURCE = "/live/index.m3u8";

const STATES = {
  planned: "De vergadering is nog niet begonnen",
  standby: "De vergadering begint zo",
  open: "Openbaar – de vergadering is bezig",
  suspended: "Geschorst",
  closing_doors: "Besloten deel",
  closed: "Besloten deel",
  reopening: "Besloten deel",
  ended: "De vergadering is gesloten",
  published: "De vergadering is gesloten",
};

const shown = { state: null, resumes_at: "", item: null, speaker: null, next: null };

function setText(id, text) {
  if ($(id).textContent !== text) $(id).textContent = text;
}

function render() {
  const state = shown.state ?? "planned";
  const until = state === "suspended" && shown.resumes_at ? `, verder om ${shown.resumes_at}` : "";
  setText("state", (STATES[state] ?? state) + until);
  $("state").parentElement.dataset.state = state;
  setText("item", shown.item ? `${shown.item.number} ${shown.item.title}` : "–");
  const s = shown.speaker;
  setText("speaker", s ? [s.name, [s.role, s.group].filter(Boolean).join(", ")].filter(Boolean).join(" – ") : "–");
  setText("next", shown.next ? `${shown.next.number} ${shown.next.title}` : "–");
}

function tell(text) {
  $("message").hidden = !text;
  setText("message", text);
}

// Facts as the server has published them: leading while nothing plays, and for what comes next.
let published = null;
const inStep = () => !video.paused && video.readyState >= 3 && (hls ? ranges.size > 0 : false);
function onPublished(facts) {
  published = facts;
  shown.next = facts.next;
  if (!inStep()) Object.assign(shown, { state: facts.state, resumes_at: facts.resumes_at ?? "", item: facts.item, speaker: facts.speaker });
  if (facts.meeting?.title) setText("meeting", facts.meeting.title);
  render();
}

const events = new EventSource("/events");
events.onmessage = (event) => onPublished(JSON.parse(event.data));

// Date ranges of the playlist: what holds from which moment of the picture.
const ranges = new Map();
let hls = null;

function apply() {
  const date = hls?.playingDate?.getTime();
  if (!date || video.paused) return;
  const newest = {};
  for (const range of ranges.values()) {
    const start = range.startDate.getTime();
    if (start <= date && start >= (newest[range.class]?.startDate.getTime() ?? 0)) newest[range.class] = range;
  }
  const attr = (range, name) => range?.attr[`X-${name}`] || "";
  if (newest.state) {
    shown.state = attr(newest.state, "STATE") || shown.state;
    shown.resumes_at = attr(newest.state, "RESUMES-AT");
  }
  if (newest.item) shown.item = attr(newest.item, "NUMBER") ? { number: attr(newest.item, "NUMBER"), title: attr(newest.item, "TITLE") } : null;
  if (newest.speaker) {
    shown.speaker = attr(newest.speaker, "NAME")
      ? { name: attr(newest.speaker, "NAME"), group: attr(newest.speaker, "GROUP"), role: attr(newest.speaker, "ROLE") }
      : null;
  }
  render();
}

function onPlaylist(details) {
  for (const [id, range] of Object.entries(details.dateRanges ?? {})) ranges.set(id, range);
  const oldest = details.fragments[0]?.programDateTime ?? 0;
  for (const [id, range] of ranges) if (!(id in details.dateRanges) && range.startDate.getTime() < oldest) ranges.delete(id);
}

let retry = 0;
function again() {
  clearTimeout(retry);
  retry = setTimeout(load, 2000);
}

function load() {
  hls?.destroy();
  hls = new window.Hls({ lowLatencyMode: true, maxLiveSyncPlaybackRate: 1.1, backBufferLength: 30, enableWorker: true, workerPath: "/static/hls.worker.js" });
  hls.on(window.Hls.Events.LEVEL_UPDATED, (_, { details }) => onPlaylist(details));
  hls.on(window.Hls.Events.MANIFEST_PARSED, () => {
    tell("");
    video.play().catch(() => { $("start").hidden = false; });
  });
  hls.on(window.Hls.Events.ERROR, (_, data) => {
    if (!data.fatal) return;
    if (data.type === "mediaError") return hls.recoverMediaError();
    tell(published && published.state === "planned" ? "Er is nog geen uitzending; deze pagina start vanzelf." : "De uitzending is even weg; deze pagina probeert het vanzelf opnieuw.");
    again();
  });
  hls.loadSource(SOURCE);
  hls.attachMedia(video);
}

$("start").addEventListener("click", () => {
  video.muted = false;
  video.play();
  $("start").hidden = true;
});
$("to-live").addEventListener("click", () => {
  if (hls?.liveSyncPosition) video.currentTime = hls.liveSyncPosition;
  video.play();
});
video.addEventListener("playing", () => { $("start").hidden = true; });
setInterval(() => {
  const late = hls?.latency ?? 0;
  $("to-live").hidden = !(late > 12);
}, 1000);

if (window.Hls?.isSupported()) {
  video.removeAttribute("src");
  load();
  const step = () => { apply(); video.requestVideoFrameCallback ? video.requestVideoFrameCallback(step) : setTimeout(step, 40); };
  step();
} else {
  video.addEventListener("error", () => setTimeout(() => video.load(), 2000));
}
