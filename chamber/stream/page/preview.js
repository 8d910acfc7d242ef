// Plays the public stream beside the thumbnails, through the controller, so that this page needs one address only.
const video = document.getElementById("return");
const source = document.body.dataset.live;

function load() {
  const hls = new window.Hls({ lowLatencyMode: true, enableWorker: false });
  hls.on(window.Hls.Events.MANIFEST_PARSED, () => video.play().catch(() => {}));
  hls.on(window.Hls.Events.ERROR, (_, data) => {
    if (!data.fatal) return;
    hls.destroy();
    setTimeout(load, 2000);
  });
  hls.loadSource(source);
  hls.attachMedia(video);
}

if (window.Hls?.isSupported()) load();
else video.src = source;
