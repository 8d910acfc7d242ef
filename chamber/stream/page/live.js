// Plays the stream and shows state, item and speaker in step with the picture.
import * as index from "./index.js";

const $ = (id) => document.getElementById(id);
const video = $("video");
const player = video.closest(".player");
const words = JSON.parse($("words").textContent);
const SOURCE = "/live/index.m3u8";
const RETRY_MS = 2000;
const EVENTS_RETRY_MS = 5000;
const MEDIA_ERROR_MS = 5000;
const BEHIND_S = 12;
const LATE_S = 0.05;
const IN_HAND_S = 0.15;
const FASTER = 1.05;

const shown = { state: $("state").parentElement.dataset.state, resumes_at: "", item: null, speaker: null, next: null };
let published = { state: shown.state, picture: player.dataset.picture === "shown" };
let hls = null;
let away = false;
let retry = 0;
let mediaErrorAt = 0;
let silenced = false;
let partS = 1;
// Date ranges of the playlist: what holds from which moment of the picture.
const ranges = new Map();
const playable = window.Hls?.isSupported();

function setText(id, text) {
  if ($(id).textContent !== text) $(id).textContent = text;
}

function render() {
  const { state, speaker } = shown;
  const until = state === "suspended" && shown.resumes_at ? words.until.replace("{time}", shown.resumes_at) : "";
  setText("state", (words.states[state] ?? state) + until);
  $("state").parentElement.dataset.state = state;
  setText("item", shown.item ? `${shown.item.number} ${shown.item.title}` : "–");
  setText("speaker", speaker ? speaker.name : "–");
  setText("speaker-about", speaker ? [speaker.role, speaker.group].filter(Boolean).join(", ") : "");
  setText("next", shown.next ? `${shown.next.number} ${shown.next.title}` : "–");
}

function tell(text) {
  $("message").hidden = !text;
  setText("message", text);
}

// -- facts

const inStep = () => !away && hls?.playingDate && ranges.size > 0;
const dark = () => !published.picture || published.state in words.dark;

function onPublished(facts) {
  // a stream that has just started knows of no meeting yet: what is shown may well still be so
  if (!facts.meeting) return;
  published = facts;
  shown.next = facts.next;
  if (facts.meeting.title) setText("meeting", facts.meeting.title);
  if (playable && dark()) stop();
  else if (playable && !hls) start();
  index.refresh();
  if (!inStep()) Object.assign(shown, { state: facts.state, resumes_at: facts.resumes_at, item: facts.item, speaker: facts.speaker });
  render();
}

function listen() {
  const events = new EventSource("/events");
  events.onmessage = (event) => onPublished(JSON.parse(event.data));
  // a lost connection is renewed by the browser, an answer with an error is not
  events.onerror = () => {
    if (events.readyState === EventSource.CLOSED) setTimeout(listen, EVENTS_RETRY_MS);
  };
}

function onPlaylist(details) {
  partS = details.partTarget || partS;
  const oldest = details.fragments[0]?.programDateTime ?? 0;
  for (const [id, range] of ranges) if (!(id in details.dateRanges) && range.startDate.getTime() < oldest) ranges.delete(id);
  for (const [id, range] of Object.entries(details.dateRanges)) ranges.set(id, range);
}

// What holds for the frame on screen, whose time in the medium is `mediaTime`.
function apply(mediaTime) {
  if (!inStep()) return;
  const date = hls.playingDate.getTime() + (mediaTime - video.currentTime) * 1000;
  const newest = {};
  for (const range of ranges.values()) {
    const start = range.startDate.getTime();
    if (start <= date && start >= (newest[range.class]?.startDate.getTime() ?? 0)) newest[range.class] = range;
  }
  const said = (range, name) => range.attr[`X-${name}`] || "";
  if (newest.state) Object.assign(shown, { state: said(newest.state, "STATE"), resumes_at: said(newest.state, "RESUMES-AT") });
  if (newest.item) shown.item = said(newest.item, "TITLE") ? { number: said(newest.item, "NUMBER"), title: said(newest.item, "TITLE") } : null;
  if (newest.speaker) {
    const [name, role, group] = ["NAME", "ROLE", "GROUP"].map((key) => said(newest.speaker, key));
    shown.speaker = name ? { name, role, group } : null;
  }
  render();
}

function step(now, frame) {
  apply(frame?.mediaTime ?? video.currentTime);
  if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(step);
  else setTimeout(step, 40);
}

// -- going back

// Moments that can still be played, as dates of the medium; null without a picture.
function oldestPlayable() {
  if (!hls?.playingDate || video.seekable.length === 0) return null;
  return hls.playingDate.getTime() + (video.seekable.start(0) - video.currentTime) * 1000;
}

function goBack(date) {
  if (!hls?.playingDate) return;
  video.currentTime += (date - hls.playingDate.getTime()) / 1000;
  video.play();
  video.focus();
}

// Without a picture a slow line carries far less: the rendition that has sound only, when there is one.
function soundOnly(on) {
  $("sound-only").setAttribute("aria-pressed", String(on));
  player.dataset.sound = on ? "only" : "";
  const quiet = hls?.levels.findIndex((level) => !level.videoCodec) ?? -1;
  if (hls && quiet >= 0) hls.currentLevel = on ? quiet : -1;
}

// -- picture and sound

function stop() {
  clearTimeout(retry);
  hls?.destroy();
  hls = null;
  player.dataset.picture = "none";
  setText("dark", words.dark[published.state] ?? words.soon);
  $("start").hidden = $("sound-only").hidden = true;
  tell("");
}

function again() {
  away = true;
  tell(words.away);
  clearTimeout(retry);
  retry = setTimeout(start, RETRY_MS);
}

// Browsers let a page begin with sound only after a click; the picture may begin without.
async function play() {
  try {
    await video.play();
  } catch {
    if (video.muted) return offer("play");
    video.muted = silenced = true;
    return play();
  }
  if (silenced && video.muted) offer("sound");
}

function offer(what) {
  setText("start", words.offer[what]);
  $("start").hidden = false;
}

function start() {
  hls?.destroy();
  ranges.clear();
  player.dataset.picture = "shown";
  hls = new window.Hls({
    lowLatencyMode: true, backBufferLength: Infinity, workerPath: "/static/hls.worker.js",
    // text tracks of its own would need data: addresses, which the page forbids
    enableDateRangeMetadataCues: false, enableEmsgMetadataCues: false, enableID3MetadataCues: false,
  });
  hls.on(window.Hls.Events.LEVEL_UPDATED, (_, { details }) => onPlaylist(details));
  hls.on(window.Hls.Events.MANIFEST_PARSED, () => {
    $("sound-only").hidden = false;
    if (player.dataset.sound) soundOnly(true);
    play();
  });
  hls.on(window.Hls.Events.FRAG_BUFFERED, () => {
    if (away) tell("");
    away = false;
  });
  hls.on(window.Hls.Events.ERROR, (_, data) => {
    if (!data.fatal) return;
    const before = mediaErrorAt;
    if (data.type === "mediaError" && (mediaErrorAt = performance.now()) - before > MEDIA_ERROR_MS) hls.recoverMediaError();
    else again();
  });
  hls.loadSource(SOURCE);
  hls.attachMedia(video);
}

// Catches up by playing a little faster. hls.js can do so too, but wants a second in hand: more than short parts need.
function keepUp() {
  if (!hls || ![1, FASTER].includes(video.playbackRate)) return;
  const { buffered, currentTime } = video;
  const ahead = buffered.length ? buffered.end(buffered.length - 1) - currentTime : 0;
  const late = hls.latency - hls.targetLatency;
  video.playbackRate = late > LATE_S && late < BEHIND_S && ahead > partS + IN_HAND_S ? FASTER : 1;
}

$("start").addEventListener("click", () => {
  video.muted = false;
  video.play();
  $("start").hidden = true;
});
video.addEventListener("volumechange", () => { if (!video.muted) $("start").hidden = true; });
$("to-live").addEventListener("click", () => {
  if (hls?.liveSyncPosition) video.currentTime = hls.liveSyncPosition;
  video.play();
});
setInterval(keepUp, 250);
setInterval(() => {
  $("to-live").hidden = !(hls?.latency > BEHIND_S);
  index.render(oldestPlayable(), words, goBack);
}, 1000);
$("sound-only").addEventListener("click", () => soundOnly(player.dataset.sound !== "only"));

if (playable) {
  video.removeAttribute("src");
  if (!dark()) start();
  step();
} else {
  video.addEventListener("error", () => setTimeout(() => video.load(), RETRY_MS));
}
listen();
