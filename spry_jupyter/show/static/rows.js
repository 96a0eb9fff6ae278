// All tasks in time: a row for each, with a bar for each attempt.

import { MARKS, VirtualList, WORDS, duration, el, elapsed, ownId, setAttribute, setText } from "./dom.js";

const ROW = 26; // pixels
const MOST_ROWS = 16; // rows
const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600];

export class RowsPane {
  constructor(store, open) {
    this.store = store;
    this.open = open;
    this.order = [];
    this.id = ownId();
    this.only = null; // a mark; then only tasks with it are shown
    this.among = null; // a set of tasks; then only these are shown
    this.axis = el("div", { class: "spry-axis", "aria-hidden": "true" });
    this.list = new VirtualList(ROW, (index, had) => this.row(index, had), {
      class: "spry-list spry-rows-list",
      role: "listbox",
      tabindex: "0",
      "aria-label": "Tasks in the order they started",
      onkeydown: (event) => this.key(event),
    });
    this.node = el("div", { class: "spry-rows" }, this.axis, this.list.node);
    const widest = Math.max(...store.plan.tasks.map(({ name }) => columns(name)));
    this.node.style.setProperty("--wanted", `${Math.min(40, widest) * 8 + 108}px`);
  }

  close() {
    this.list.close();
  }

  show(mark, among = null) {
    this.only = mark;
    this.among = among && new Set(among);
    this.list.clear();
  }

  update(selected) {
    this.selected = selected;
    this.order = this.sorted();
    this.length = Math.max(this.store.now, 0.1);
    this.drawAxis();
    this.list.node.style.height = `${Math.min(MOST_ROWS, Math.max(3, this.order.length)) * ROW}px`;
    this.list.update(this.order.length);
    const shown = [...this.list.rows.values()].find((row) => row.task === selected);
    setAttribute(this.list.node, "aria-activedescendant", shown && selected !== null ? shown.id : null);
  }

  // Those that have begun by their start, then the rest in the order of the plan.
  sorted() {
    const { tasks } = this.store.state;
    const chosen = [];
    for (let i = 0; i < tasks.length; i++) {
      if ((!this.only || tasks[i].mark === this.only) && (!this.among || this.among.has(i))) chosen.push(i);
    }
    const starts = tasks.map((task) => task.tries?.[0][0] ?? task.end ?? Infinity);
    return chosen.sort((a, b) => starts[a] - starts[b] || a - b);
  }

  drawAxis() {
    const step = STEPS.find((each) => this.length / each <= 6) ?? Math.ceil(this.length / 6 / 3600) * 3600;
    const ticks = [];
    for (let at = 0; at < this.length * 0.97; at += step) ticks.push(at);
    while (this.axis.children.length > ticks.length) this.axis.lastChild.remove();
    ticks.forEach((at, i) => {
      const tick = this.axis.children[i] ?? this.axis.appendChild(el("span"));
      tick.style.left = `${(at / this.length) * 100}%`;
      setText(tick, at ? duration(at).replace(".0s", "s") : "0");
    });
  }

  row(index, had) {
    const row = had ?? this.makeRow();
    const task = this.order[index];
    const { plan, state } = this.store;
    const told = state.tasks[task];
    const { name } = plan.tasks[task];
    if (row.task !== task) {
      row.task = task;
      row.id = `${this.id}-${task}`;
      setText(row.named, name);
      row.named.title = name;
    }
    const span = this.store.span(task);
    const took = span ? (told.end == null ? elapsed : duration)(span[1] - span[0]) : "";
    setAttribute(row, "data-mark", told.mark);
    setAttribute(row, "aria-posinset", index + 1);
    setAttribute(row, "aria-setsize", this.order.length);
    setAttribute(row, "aria-selected", String(task === this.selected));
    setAttribute(row, "aria-label", `${name}, ${WORDS[told.mark] ?? told.mark}${took && `, ${took}`}`);
    row.classList.toggle("spry-critical", state.critical.length > 1 && state.critical.includes(task));
    setText(row.mark, MARKS[told.mark]);
    setText(row.took, took);
    this.drawBars(row.lane, told);
    return row;
  }

  makeRow() {
    const row = el("div", { class: "spry-row", role: "option", onclick: () => this.open([row.task]) });
    row.mark = el("span", { class: "spry-mark" });
    row.named = el("span", { class: "spry-named" });
    row.took = el("span", { class: "spry-took" });
    row.lane = el("span", { class: "spry-lane" });
    row.append(row.mark, row.named, row.took, row.lane);
    return row;
  }

  drawBars(lane, told) {
    const tries = told.tries ?? [];
    while (lane.children.length > tries.length) lane.lastChild.remove();
    tries.forEach(([start, end], i) => {
      const bar = lane.children[i] ?? lane.appendChild(el("i"));
      const last = i === tries.length - 1;
      const until = end ?? told.end ?? this.store.now;
      bar.className = last && told.mark !== "retrying" ? "" : "spry-tried";
      bar.style.left = `${(start / this.length) * 100}%`;
      bar.style.width = `${(Math.max(0, until - start) / this.length) * 100}%`;
    });
  }

  key(event) {
    const moves = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity };
    if (!(event.key in moves) || !this.order.length) return;
    event.preventDefault();
    const at = this.order.indexOf(this.selected);
    const to = Math.min(this.order.length - 1, Math.max(0, at < 0 ? 0 : at + moves[event.key]));
    if (this.order[to] !== this.selected) this.open([this.order[to]]); // once more would close it
    this.list.reveal(to);
  }
}

// How many letters wide a name is: those of China, Japan and Korea are twice as wide.
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\uff60\u{1f300}-\u{3fffd}]/gu;

function columns(name) {
  return Array.from(name).length + (name.match(WIDE)?.length ?? 0);
}
