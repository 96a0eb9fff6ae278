// A run in a notebook, or a graph that does not run: the entry of the front end.
//
// The parts of this folder are written as modules and joined into one before they are sent.

import { DetailPane } from "./detail.js";
import { MARKS, WORDS, button, duration, el, elapsed, oncePerFrame, ownId, setAttribute, setText } from "./dom.js";
import { GraphPane } from "./graph.js";
import { RowsPane } from "./rows.js";
import { Store } from "./store.js";

const CLOCK = 200; // ms between two looks at the clock while something runs
const ROOMY = 760; // pixels
const LEGIBLE = 0.75; // scale of the graph
const SPOKEN = 3000; // ms between two announcements for those who listen

class RunView {
  constructor(store, node) {
    this.store = store;
    this.selected = null;
    this.draw = oncePerFrame(() => this.update());
    const open = (tasks) => this.open(tasks);
    this.graph = new GraphPane(store, open);
    this.node = el("div", { class: "spry-run", "data-lm-suppress-shortcuts": "true", onkeydown: (e) => this.key(e) });
    this.side = el("div", { class: "spry-side", hidden: true });
    this.panes = el("div", { class: "spry-panes" }, this.graph.node);
    if (store.live) {
      this.rows = new RowsPane(store, open);
      this.panes.append(this.rows.node);
      this.node.append(this.header(), this.tabs());
      this.show("graph");
      this.timer = setInterval(() => store.ended || this.draw(), CLOCK);
    }
    this.main = el("div", { class: "spry-main" }, this.panes, this.side);
    this.node.append(this.main);
    node.append(this.node);
    this.sizes = new ResizeObserver(() => this.arrange());
    this.sizes.observe(this.node);
    this.stop = store.listen(this.draw); // from here on what is asked for is shown at once
    this.update();
  }

  close() {
    this.closed = true;
    this.stop();
    this.sizes.disconnect();
    clearInterval(this.timer);
    this.detail?.close();
    this.graph.close();
    this.rows?.close();
    this.heirView?.remove();
  }

  header() {
    this.status = el("strong", { class: "spry-status" });
    this.clock = el("span", { class: "spry-clock" });
    this.cancel = button("Cancel all", () => this.cancelAll(), { class: "spry-button spry-danger" });
    this.bar = el("div", { class: "spry-bar", role: "progressbar", "aria-label": "Tasks that have ended", "aria-valuemin": "0" });
    this.counts = el("div", { class: "spry-counts" });
    this.spoken = el("div", { class: "spry-spoken", "aria-live": "polite" });
    this.warnings = el("ul", { class: "spry-warnings" });
    return el(
      "header",
      {},
      el("div", { class: "spry-title" }, this.status, this.clock, this.cancel),
      this.bar,
      this.counts,
      this.warnings,
      this.spoken,
    );
  }

  tabs() {
    const id = ownId();
    const tab = (name, label) => {
      const panel = this[name].node;
      panel.id = `${id}-${name}`;
      setAttribute(panel, "role", "tabpanel");
      setAttribute(panel, "aria-label", label);
      return button(label, () => this.show(name), { class: "spry-tab", role: "tab", "data-tab": name, "aria-controls": panel.id });
    };
    this.tablist = el("div", { class: "spry-tabs", role: "tablist", "aria-label": "View" }, tab("graph", "Graph"), tab("rows", "Timeline"));
    this.tablist.addEventListener("keydown", (event) => this.turn(event));
    this.legend = el("span", { class: "spry-legend", title: "The tasks that the length of the run comes from" }, "critical path");
    this.stage = button("", () => this.leaveStage(), { class: "spry-button spry-stage-chip", title: "Show all tasks again" });
    this.tablist.append(this.stage, this.legend);
    return this.tablist;
  }

  show(name) {
    this.shown = name;
    this.graph.node.hidden = name !== "graph";
    this.rows.node.hidden = name !== "rows";
    for (const tab of this.tablist.querySelectorAll("[role=tab]")) {
      setAttribute(tab, "aria-selected", String(tab.dataset.tab === name));
      tab.tabIndex = tab.dataset.tab === name ? 0 : -1;
    }
    if (!this.stop) return;
    this.arrange();
    this.update();
  }

  // The arrows go from tab to tab, as everywhere.
  turn(event) {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    const other = [...this.tablist.querySelectorAll("[role=tab]")].find((tab) => tab.dataset.tab !== this.shown && !tab.hidden);
    if (!other) return;
    this.show(other.dataset.tab);
    other.focus();
  }

  // Show the tasks of one state alone, or all again.
  filter(mark) {
    this.rows.show(this.rows.only === mark ? null : mark, this.rows.among);
    this.show("rows");
  }

  leaveStage() {
    this.rows.show(this.rows.only);
    this.show("rows");
  }

  // Show the tasks that the graph draws as one.
  showStage(tasks) {
    this.rows.show(null, tasks);
    setText(this.stage, `${this.graph.labelOf(tasks[0])} ×`);
    this.show("rows");
  }

  cancelAll() {
    this.cancel.disabled = true;
    setText(this.cancel, "Cancelling…");
    this.store.ask({ kind: "cancel", task: null });
  }

  // Show a task; of several that are drawn as one, their rows.
  open(tasks) {
    if (tasks.length > 1) return this.rows ? this.showStage(tasks) : this.list(tasks);
    const [task] = tasks;
    this.detail?.close();
    this.selected = task === undefined || task === this.selected ? null : task;
    this.detail = null;
    this.side.hidden = this.selected === null;
    if (this.selected !== null) {
      this.detail = new DetailPane(this.store, task, { open: (t) => this.open(t), close: () => this.closeDetail() });
      this.side.replaceChildren(this.detail.node);
      this.detail.log?.list.toEnd();
    }
    this.arrange();
    this.update();
  }

  // Of a graph that does not run: the tasks that it draws as one, each a way to itself.
  list(tasks) {
    this.open([]);
    this.listed = tasks[0];
    const { tasks: facts } = this.store.plan;
    const links = tasks.map((i) => button(facts[i].name, () => this.open([i]), { class: "spry-button spry-link" }));
    const close = button("×", () => this.closeDetail(), { "aria-label": "Close the list", title: "Close (Escape)" });
    const header = el("header", {}, el("h4", {}, `${tasks.length} tasks`), close);
    const all = el("div", { class: "spry-listed" }, ...links);
    this.side.replaceChildren(el("section", { class: "spry-detail", "aria-label": "Tasks of this stage" }, header, all));
    this.side.hidden = false;
    this.arrange();
  }

  // The focus goes back to where the task was opened; with none, the notebook would take the next keys.
  closeDetail() {
    const task = this.selected ?? this.listed;
    this.open([]);
    if (this.rows && this.shown === "rows") this.rows.list.node.focus({ preventScroll: true });
    else this.graph.focusOn(task);
  }

  // What is told of a task stands beside the graph where both have room, else below it.
  arrange() {
    const width = this.node.clientWidth;
    let beside = width >= ROOMY;
    if (beside && this.graph.size && !this.graph.node.hidden) {
      const [half, whole] = [0.55 * width, width].map((each) => this.graph.scaleIn(each));
      beside = half > LEGIBLE || whole < 1.3 * half;
    }
    this.main.classList.toggle("spry-beside", beside);
  }

  key(event) {
    if (event.key === "Escape" && !this.side.hidden) this.closeDetail();
    event.stopPropagation(); // or the notebook takes keys for commands
  }

  // A run that goes on where this one ended, in a display that this page may not have: show it here.
  async handOver(id) {
    if (this.heir === id) return;
    this.heir = id;
    const views = this.store.model.widget_manager;
    let view;
    try {
      view = await views.create_view(await views.get_model(id));
    } catch {
      return; // it is gone already; what this one shows stays true
    }
    if (this.closed || this.heir !== id) return view.remove();
    this.heirView?.remove();
    this.heirView = view;
    this.node.after(view.el);
    this.node.hidden = true;
  }

  update() {
    if (this.store.state?.heir) this.handOver(this.store.state.heir);
    if (!this.store.live) return this.graph.update(this.selected);
    this.updateHeader();
    const { picture } = this.store;
    const drawn = picture === null || picture.svg;
    this.tablist.firstChild.hidden = !drawn;
    if (!drawn && this.shown === "graph") this.show("rows");
    this.legend.hidden = this.store.state.critical.length < 2;
    this.stage.hidden = !this.rows.among || this.shown !== "rows";
    if (this.shown === "graph") this.graph.update(this.selected);
    else this.rows.update(this.selected);
    this.detail?.update();
  }

  updateHeader() {
    const { state } = this.store;
    const counts = {};
    for (const { mark } of state.tasks) counts[mark] = (counts[mark] ?? 0) + 1;
    const done = state.tasks.reduce((sum, task) => sum + (task.end != null), 0);
    const total = state.tasks.length;
    setAttribute(this.node, "data-ended", this.ending());
    setText(this.status, this.sentence());
    setText(this.clock, this.time(done, total));
    this.cancel.hidden = this.store.ended;
    setAttribute(this.bar, "aria-valuemax", total);
    setAttribute(this.bar, "aria-valuenow", done);
    this.drawBar(counts, total);
    this.drawCounts(counts);
    this.drawWarnings(state.warnings);
    this.speak(counts, done, total);
  }

  ending() {
    const { end } = this.store.state;
    if (!end) return this.store.gone ? "gone" : null;
    return end.ok ? "ok" : end.stopped ? "stopped" : "failed";
  }

  sentence() {
    const { end } = this.store.state;
    if (this.store.gone && !end) return "⊘ The kernel is gone, and this run with it";
    if (!end) return this.store.lost ? "No word from the kernel" : "Running";
    if (end.ok) return "✓ Succeeded";
    return `${end.stopped ? "⊘ Stopped" : "✗ Failed"}${end.why ? `: ${end.why}` : ""}`;
  }

  time(done, total) {
    const { state, now } = this.store;
    if (this.store.gone && !state.end) return `${done} of ${total}`;
    if (state.end) return `${done} of ${total} in ${duration(state.end.at)}`;
    const left = state.left == null ? null : state.left - (now - state.now);
    const rest = left == null || done === total ? "" : left < 1 ? " · nearly done" : ` · about ${elapsed(Math.ceil(left)).replace(".0s", "s")} left`;
    return `${done} of ${total} · ${elapsed(now)}${rest}`;
  }

  drawBar(counts, total) {
    const order = ["succeeded", "up to date", "failed", "skipped", "cancelled", "running", "retrying", "asking"];
    for (const mark of order) {
      let part = this.bar.querySelector(`[data-mark="${mark}"]`);
      if (!part && counts[mark]) part = this.bar.appendChild(el("i", { "data-mark": mark, style: `order:${order.indexOf(mark)}` }));
      if (part) part.style.width = `${(100 * (counts[mark] ?? 0)) / total}%`;
    }
  }

  drawCounts(counts) {
    for (const mark of Object.keys(MARKS)) {
      let chip = this.counts.querySelector(`[data-mark="${mark}"]`);
      if (!chip && counts[mark]) {
        chip = button("", () => this.filter(mark), { class: "spry-chip", "data-mark": mark, title: `Show only tasks that are: ${WORDS[mark] ?? mark}` });
        chip.style.order = Object.keys(MARKS).indexOf(mark);
        this.counts.append(chip);
      }
      if (!chip) continue;
      chip.hidden = !counts[mark] && this.rows.only !== mark;
      setText(chip, `${MARKS[mark]} ${counts[mark] ?? 0} ${WORDS[mark] ?? mark}`);
      setAttribute(chip, "aria-pressed", String(this.rows.only === mark));
    }
  }

  drawWarnings(warnings) {
    while (this.warnings.children.length < warnings.length) {
      this.warnings.append(el("li", {}, `Warning: ${warnings[this.warnings.children.length]}`));
    }
  }

  speak(counts, done, total) {
    if (!this.store.ended && performance.now() - (this.spokenAt ?? 0) < SPOKEN) return;
    this.spokenAt = performance.now();
    const failed = counts.failed ? `, ${counts.failed} failed` : "";
    setText(this.spoken, this.store.ended ? this.sentence() : `${done} of ${total} tasks have ended${failed}`);
  }
}

// One call of this for each model: all its views share what it knows.
export default () => {
  let store;
  return {
    initialize({ model }) {
      store = new Store(model);
      return () => store.close();
    },
    render({ el: node }) {
      const view = new RunView(store, node);
      return () => view.close();
    },
  };
};
