// What the page knows of a run: one for all its views, fed by what the kernel tells.

import { Screen } from "./ansi.js";

const SILENCE = 5000; // ms without a word, after which we ask
const KEPT = 50000; // lines of a log
const ROOM = 8e6; // characters of a log

export class Store {
  constructor(model) {
    this.model = model;
    this.plan = model.get("plan");
    this.logs = new Map(); // task to Log
    this.listeners = new Set();
    this.takeWhole(model.get("state"));
    this.asked = false;
    this.onState = () => this.takeWhole(model.get("state"));
    this.onPicture = () => this.tell();
    this.gone = false; // the kernel, and the run with it
    this.onCut = () => this.cut();
    this.onMessage = (message, buffers) => this.take(message, buffers);
    model.on("change:state", this.onState);
    model.on("change:picture", this.onPicture);
    model.on("msg:custom", this.onMessage);
    model.on("comm_live_update", this.onCut);
    if (!this.live) return;
    this.ask({ kind: "hello" });
    this.timer = setInterval(() => this.checkOn(), SILENCE);
  }

  close() {
    clearInterval(this.timer);
    this.model.off("change:state", this.onState);
    this.model.off("change:picture", this.onPicture);
    this.model.off("msg:custom", this.onMessage);
    this.model.off("comm_live_update", this.onCut);
  }

  // Whether this is a run at all, and not just a graph.
  get live() {
    return this.state !== null;
  }

  get ended() {
    return !this.live || this.gone || this.state.end !== null;
  }

  // What the page's widgets hear when the kernel is restarted or ended.
  cut() {
    if (this.ended) return;
    this.cutAt = this.now;
    this.gone = true;
    this.tell();
  }

  get picture() {
    return this.model.get("picture");
  }

  // Seconds from the start of the run until now.
  get now() {
    if (!this.live) return 0;
    if (this.state.end) return this.state.end.at;
    if (this.gone) return this.cutAt;
    return this.state.now + (performance.now() - this.heard) / 1000;
  }

  // Whether the kernel has said nothing for long.
  get lost() {
    return !this.ended && performance.now() - this.heard > 3 * SILENCE;
  }

  listen(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  tell() {
    for (const listener of this.listeners) listener();
  }

  ask(question) {
    try {
      this.model.send(question);
    } catch {
      // A kernel that is gone answers nothing; the view says so when it has been silent for long.
    }
  }

  take(message, buffers) {
    if (message.kind === "news") this.takeNews(message);
    else if (message.kind === "left") this.logs.get(message.task)?.watchOn();
    else if (message.kind === "log") this.log(message.task).take(message, buffers[0]);
  }

  takeWhole(state) {
    this.state = state ?? null;
    this.heard = performance.now();
    this.asked = false;
    this.tell();
  }

  // News may be missed: a page is loaded late, a server drops messages. Then the whole is asked for;
  // until it comes, what has been heard is better than nothing.
  takeNews({ kind, number, tasks, ...rest }) {
    if (!this.live || number <= this.state.number) return;
    const missed = number !== this.state.number + 1;
    const merged = this.state.tasks.slice();
    for (const [task, told] of Object.entries(tasks)) merged[task] = told;
    this.state = { ...this.state, ...rest, number, tasks: merged };
    this.heard = performance.now();
    if (missed && !this.asked) {
      this.asked = true;
      this.ask({ kind: "hello" });
    }
    this.tell();
  }

  checkOn() {
    if (this.ended) {
      clearInterval(this.timer);
    } else if (performance.now() - this.heard > SILENCE) {
      this.ask({ kind: "hello" });
      this.tell();
    }
  }

  // Moments of a task: when it began, when it ended or now; null before.
  span(task) {
    const { tries, end, seconds } = this.state.tasks[task];
    if (end != null && !seconds && !tries) return null;
    const start = end != null ? Math.min(end - seconds, tries?.[0][0] ?? end) : tries?.[0][0];
    return start == null ? null : [start, end ?? this.now];
  }

  log(task) {
    if (!this.logs.has(task)) this.logs.set(task, new Log(this, task));
    return this.logs.get(task);
  }
}

// The log of a task, as far as it is held here.
class Log {
  constructor(store, task) {
    this.store = store;
    this.task = task;
    this.listeners = new Set();
    this.fresh = false; // watched, and not answered yet
    this.version = 0;
    this.clear();
  }

  clear() {
    this.lines = []; // each {at, spans, text}, or {at, skipped} for what was not told
    this.screen = new Screen();
    this.decoder = new TextDecoder();
    this.from = this.to = this.begun = null; // offsets of what is held, and of the last line
    this.held = 0; // characters
    this.ahead = 0; // lines that have come before those that were here
    this.asking = false; // for an earlier part
    this.skipped = 0; // bytes that came too fast to be told
  }

  // Be told what comes, until the function that is returned is called.
  listen(listener) {
    this.listeners.add(listener);
    if (this.listeners.size === 1) this.watch();
    return () => {
      if (this.listeners.delete(listener) && !this.listeners.size) {
        this.store.ask({ kind: "leave", task: this.task });
      }
    };
  }

  watch() {
    this.fresh = true;
    this.store.ask({ kind: "watch", task: this.task });
  }

  // Another page looks no longer, and the kernel does not know of each by itself.
  watchOn() {
    if (this.listeners.size) this.watch();
  }

  askEarlier() {
    if (this.asking) return;
    this.asking = true;
    this.store.ask({ kind: "earlier", task: this.task, end: this.from });
  }

  take({ start }, data) {
    let part = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    // What came while nobody looked can be fetched from the end backwards, but not in the middle.
    if (this.fresh && this.to !== null && start > this.to) this.clear();
    if (start + part.length >= (this.to ?? 0)) this.fresh = false;
    const [had, end, from] = [this.to ?? 0, start + part.length, this.from];
    if (end <= from) this.asking = false;
    // What comes first in a page that is loaded anew may be what the log has grown by.
    if (this.to !== null && start < from && end >= from) this.prepend(start, part.subarray(0, from - start));
    if (this.to === null || start > this.to) {
      const whole = wholeFrom(start, part);
      if (this.to !== null) this.skip(whole - this.to);
      else this.from = whole;
      this.append(whole, part.subarray(whole - start));
    } else if (end > this.to) {
      this.append(this.to, part.subarray(this.to - start));
    }
    if (end > had && (this.lines.length > KEPT || this.held > ROOM)) this.forget();
    this.version++;
    for (const listener of this.listeners) listener();
  }

  skip(count) {
    this.endLine();
    this.skipped += count;
    this.lines.push({ at: this.to, skipped: count });
  }

  append(at, part) {
    this.to = at + part.length;
    this.begun ??= at;
    for (let begin = 0; begin < part.length; ) {
      const feed = part.indexOf(10, begin);
      const end = feed < 0 ? part.length : feed;
      this.write(this.decoder.decode(part.subarray(begin, end), { stream: feed < 0 }));
      begin = end + 1;
      if (feed >= 0) this.endLine(at + begin, true);
    }
  }

  // Whether there is room for what came before, and will be for a while.
  get hasRoom() {
    return this.lines.length < 0.75 * KEPT && this.held < 0.75 * ROOM;
  }

  // Drop what came first; it can be asked for again.
  forget() {
    const dropped = this.lines.splice(0, Math.ceil(this.lines.length / 5));
    this.ahead -= dropped.length;
    for (const { text } of dropped) this.held -= text?.length ?? 0;
    this.from = this.lines[0]?.at ?? this.begun ?? this.to;
  }

  write(text) {
    while ((text = this.screen.write(text))) this.endLine(this.begun);
  }

  endLine(next = null, fed = false) {
    const spans = this.screen.reset();
    if (fed || spans.length) {
      const ended = line(this.begun, spans);
      this.lines.push(ended);
      this.held += ended.text.length;
    }
    this.begun = next;
  }

  prepend(start, part) {
    const earlier = new Log(this.store, this.task);
    const whole = wholeFrom(start, part);
    earlier.append(whole, part.subarray(whole - start));
    earlier.endLine();
    this.from = whole < this.from ? whole : start;
    this.lines = [...earlier.lines, ...this.lines];
    this.held += earlier.held;
    this.ahead += earlier.lines.length;
  }

  get length() {
    return this.lines.length + (this.screen.chars.length ? 1 : 0);
  }

  line(index) {
    if (index < this.lines.length) return this.lines[index];
    return line(this.begun, this.screen.line());
  }
}

function line(at, spans) {
  return { at, spans, text: spans.map(([text]) => text).join("") };
}

// Where the first whole line of a part begins; what begins a log, or has no line feed before its end,
// is whole.
function wholeFrom(start, part) {
  const feed = start ? part.indexOf(10) : -1;
  return feed < 0 || feed === part.length - 1 ? start : start + feed + 1;
}
