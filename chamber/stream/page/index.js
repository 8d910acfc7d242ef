// The index of the meeting so far: fills as the meeting goes on, and goes back to a moment of the picture.
const list = document.getElementById("index");
const help = document.getElementById("index-help");
let entries = [];
let seen = "";

export async function refresh() {
  try {
    const answer = await fetch("/index");
    if (answer.ok) entries = (await answer.json()).entries;
  } catch {
    // the next fact asks again
  }
}

// Buttons for what can still be gone back to, plain lines for the rest; rebuilt only when something changed.
export function render(oldest, words, go) {
  const lines = entries.map((entry) => ({ ...entry, open: oldest !== null && Date.parse(entry.at) >= oldest }));
  const now = JSON.stringify(lines);
  if (now === seen || lines.length === 0) return;
  seen = now;
  help.hidden = !lines.some((line) => line.open);
  const focused = document.activeElement?.dataset?.at;
  list.replaceChildren(...lines.map((line) => {
    const item = document.createElement("li");
    item.className = line.kind;
    const time = line.at.slice(11, 16); // in the hall's time zone, wherever the resident is
    const text = `${time} ${line.text}`;
    if (!line.open) {
      item.textContent = text;
      return item;
    }
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = text;
    button.dataset.at = line.at;
    button.setAttribute("aria-label", words.go.replace("{time}", time).replace("{what}", line.text));
    button.addEventListener("click", () => go(Date.parse(line.at)));
    item.append(button);
    return item;
  }));
  if (focused) list.querySelector(`[data-at="${CSS.escape(focused)}"]`)?.focus();
}
