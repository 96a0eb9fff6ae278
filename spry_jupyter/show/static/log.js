// A task's log: its lines as they come, search, follow, copy.

import { coloursOf } from "./ansi.js";
import { VirtualList, button, el, oncePerFrame, setAttribute, setText, size } from "./dom.js";

const LINE = 18; // pixels
const SEARCHED = 2e6; // characters that a search fetches by itself

export class LogPane {
  constructor(log, name) {
    this.log = log;
    this.name = name;
    this.found = []; // [line, column] of what is searched for
    this.current = -1;
    this.list = new VirtualList(LINE, (index, had) => this.row(index, had), {
      class: "spry-list spry-log-lines",
      tabindex: "0",
      role: "log",
      "aria-label": `Log of ${name}`,
      "aria-live": "off",
    });
    this.search = el("input", {
      type: "search",
      placeholder: "Search",
      "aria-label": `Search in the log of ${name}`,
      oninput: () => this.lookFor(),
      onkeydown: (event) => {
        if (event.key === "Enter") this.step(event.shiftKey ? -1 : 1);
      },
    });
    this.count = el("span", { class: "spry-found", role: "status" });
    this.follow = button("Follow", () => this.setFollow(!this.following), {
      title: "Stay at the end of the log as it grows",
    });
    this.copied = button("Copy", () => this.copy(), { title: "Copy the lines that are here" });
    this.earlier = button("", () => this.log.askEarlier(), { class: "spry-button spry-earlier" });
    this.empty = el("div", { class: "spry-empty" });
    this.node = el(
      "section",
      { class: "spry-log", "aria-label": `Log of ${name}` },
      el(
        "div",
        { class: "spry-tools" },
        this.search,
        this.count,
        button("‹", () => this.step(-1), { "aria-label": "Previous match", title: "Previous match" }),
        button("›", () => this.step(1), { "aria-label": "Next match", title: "Next match" }),
        this.follow,
        this.copied,
      ),
      this.earlier,
      this.empty,
      this.list.node,
    );
    this.list.node.addEventListener("scroll", () => this.scrolled());
    this.setFollow(true);
    this.draw = oncePerFrame(() => this.update());
    this.stop = log.listen(this.draw);
    this.update();
  }

  close() {
    this.stop();
    this.list.close();
  }

  update() {
    const { log, list } = this;
    const shift = log.ahead - (this.ahead ?? log.ahead);
    this.ahead = log.ahead;
    if (this.version !== log.version) list.clear();
    this.version = log.version;
    list.update(log.length);
    if (this.search.value) this.lookFor(false);
    this.showEarlier(log.from ?? 0);
    this.empty.hidden = log.length > 0;
    setText(this.empty, log.to === null ? "…" : "no output");
    if (this.following) list.toEnd();
    else if (shift) list.node.scrollTop += shift * LINE; // the same lines stay before the eyes
  }

  // Of what is not here a search fetches a good part, and says of the rest that it did not see it.
  showEarlier(before) {
    const searching = before > 0 && this.search.value !== "";
    if (searching && this.log.held < SEARCHED && this.log.hasRoom) this.log.askEarlier();
    this.earlier.hidden = before === 0;
    setText(this.earlier, `Show earlier output (${size(before)} more${searching ? ", not searched" : ""})`);
  }

  row(index, had) {
    const line = this.log.line(index);
    if (line.skipped) {
      return el("div", { class: "spry-line spry-skipped" }, `… ${size(line.skipped)} not shown here`);
    }
    const row = el("div", { class: "spry-line" });
    const hits = this.search.value ? matches(line.text, this.search.value) : [];
    if (hits.length) this.drawFound(row, line, hits, index);
    else row.append(...line.spans.map(([text, style]) => span(text, style)));
    return row;
  }

  // Where something is found, the match counts and not the colours.
  drawFound(row, line, hits, index) {
    const length = this.search.value.length;
    const here = this.found[this.current];
    let at = 0;
    for (const hit of hits) {
      const current = here && here[0] === index && here[1] === hit;
      row.append(line.text.slice(at, hit));
      row.append(el("mark", { "aria-current": current ? "true" : null }, line.text.slice(hit, hit + length)));
      at = hit + length;
    }
    row.append(line.text.slice(at));
  }

  lookFor(jump = true) {
    const wanted = this.search.value;
    this.found = [];
    for (let i = 0; wanted && i < this.log.length && this.found.length < 9999; i++) {
      for (const column of matches(this.log.line(i).text ?? "", wanted)) this.found.push([i, column]);
    }
    if (jump) {
      this.current = -1;
      this.list.clear();
      this.list.update(this.log.length);
      if (this.found.length) this.step(1);
      this.showEarlier(this.log.from ?? 0);
    } else if (this.current >= 0) {
      const [at, column] = this.standing;
      this.current = this.found.findIndex(([i, found]) => this.log.line(i).at === at && found === column);
    } else if (this.found.length) this.step(1);
    this.showCount();
  }

  showCount() {
    const total = this.found.length;
    const place = this.current >= 0 ? `${this.current + 1} of ${total}` : `${total}`;
    const { skipped } = this.log;
    const unseen = skipped ? ` · ${size(skipped)} not searched` : "";
    setText(this.count, this.search.value ? `${total ? place : "none"}${unseen}` : "");
  }

  step(by) {
    if (!this.found.length) return;
    this.current = (this.current + by + this.found.length) % this.found.length;
    if (this.current < 0) this.current = this.found.length - 1;
    this.ahead = this.log.ahead; // what has come since the last frame is counted in the numbers of lines
    const [line, column] = this.found[this.current];
    this.standing = [this.log.line(line).at, column]; // whatever comes before it
    this.setFollow(false);
    this.list.clear();
    this.list.reveal(line);
    this.list.update(this.log.length);
    this.showCount();
  }

  scrolled() {
    if (!this.following && this.list.atEnd) this.setFollow(true);
    else if (this.following && !this.list.atEnd) this.setFollow(false);
  }

  setFollow(on) {
    this.following = on;
    setAttribute(this.follow, "aria-pressed", String(on));
    if (on) this.list.toEnd();
  }

  async copy() {
    const lines = Array.from({ length: this.log.length }, (_, i) => this.log.line(i).text ?? "…");
    const done = await toClipboard(`${lines.join("\n")}\n`);
    setText(this.copied, done ? "Copied" : "Not copied");
    setTimeout(() => setText(this.copied, "Copy"), 1500);
  }
}

function span(text, style) {
  const [colour, ground] = coloursOf(style);
  if (!style.names && !colour) return text;
  const classes = style.names.split(" ").filter(Boolean).map((name) => `spry-${name}`);
  const made = el("span", { class: classes.join(" ") || null }, text);
  made.style.color = colour;
  made.style.backgroundColor = ground;
  return made;
}

// The columns at which a text holds another, whatever the case.
function matches(text, wanted) {
  const found = [];
  const [hay, needle] = [text.toLowerCase(), wanted.toLowerCase()];
  for (let at = hay.indexOf(needle); at >= 0; at = hay.indexOf(needle, at + needle.length)) found.push(at);
  return found;
}

// Some pages may not use the clipboard; there the old way still works.
export async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = el("textarea", { class: "spry-clipboard" });
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}
