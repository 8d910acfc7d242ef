// Links into a recording: go to the moment, keep the address, and show which line is being spoken.
const video = document.getElementById("recording");
const links = [...document.querySelectorAll("a[data-from]")];

function go(file, seconds, play) {
  if (video.dataset.file !== file) {
    video.dataset.file = file;
    video.src = file;
    for (const track of video.querySelectorAll("track")) {
      track.track.mode = track.dataset.file === file && track.default ? "showing" : "disabled";
    }
  }
  const seek = () => {
    video.currentTime = seconds;
    if (play) video.play().catch(() => {});
  };
  if (video.readyState >= 1) seek();
  else video.addEventListener("loadedmetadata", seek, { once: true });
}

function fromAddress() {
  const found = new URLSearchParams(location.hash.slice(1));
  const seconds = Number.parseFloat(found.get("t") ?? "");
  if (!Number.isFinite(seconds)) return;
  const part = Number.parseInt(found.get("deel") ?? "1", 10);
  const files = JSON.parse(video.dataset.files);
  go(files[Math.min(Math.max(part, 1), files.length) - 1], Math.max(0, seconds), false);
}

function mark() {
  const now = video.currentTime;
  for (const link of links) {
    const here = link.dataset.file === video.dataset.file && link.dataset.from <= now && now < link.dataset.to;
    if (here) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

if (video) {
  video.dataset.file = JSON.parse(video.dataset.files)[0];
  for (const link of links) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      go(link.dataset.file, Number(link.dataset.from), true);
      history.replaceState(null, "", link.hash || link.dataset.hash);
      video.scrollIntoView({ block: "nearest" });
    });
  }
  video.addEventListener("timeupdate", mark);
  addEventListener("hashchange", fromAddress);
  fromAddress();
}
