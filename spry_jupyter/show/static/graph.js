// The graph: laid out once by the kernel, coloured here; drag to move it, click a node to open it.

import { MARKS, button, el, elapsed, setAttribute, setText } from "./dom.js";

const SVG = "http://www.w3.org/2000/svg";
const STEP = 1.25; // of one zoom
const HIGHEST = 420; // pixels

export class GraphPane {
  constructor(store, open) {
    this.store = store;
    this.open = open;
    this.nodes = new Map(); // id to {node, tasks, mark, ...}
    this.canvas = el("div", { class: "spry-canvas" });
    this.node = el(
      "div",
      { class: "spry-graph-pane" },
      this.canvas,
      el(
        "div",
        { class: "spry-zoom" },
        button("+", () => this.zoom(STEP), { "aria-label": "Zoom in", title: "Zoom in (Ctrl + wheel)" }),
        button("−", () => this.zoom(1 / STEP), { "aria-label": "Zoom out", title: "Zoom out" }),
        button("Fit", () => this.fit(), { title: "Show all of the graph" }),
      ),
    );
    this.canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.canvas.addEventListener("pointerdown", (event) => this.grab(event));
    this.canvas.addEventListener("focusin", (event) => this.bring(event.target));
    this.sizes = new ResizeObserver(() => this.moved || this.fit());
    this.sizes.observe(this.canvas);
  }

  close() {
    this.drag?.abort();
    this.sizes.disconnect();
  }

  update(selected) {
    if (this.store.picture?.svg && !this.svg) this.load(this.store.picture);
    for (const shown of this.nodes.values()) {
      setAttribute(shown.node, "aria-current", shown.tasks.includes(selected) ? "true" : null);
      if (this.store.live) this.colour(shown);
    }
    if (this.store.live && this.svg) this.markCritical();
  }

  // The arrows along the critical path; what else it goes through ended before by chance.
  markCritical() {
    const { critical } = this.store.state;
    if (critical === this.critical) return;
    this.critical = critical;
    for (const edge of this.svg.querySelectorAll(".spry-critical")) edge.classList.remove("spry-critical");
    const ids = critical.length > 1 ? critical.map((task) => this.ids[task]) : [];
    ids.forEach((id, i) => {
      this.nodes.get(id)?.node.classList.add("spry-critical");
      const edge = i && this.find(`${ids[i - 1]}-${id.slice(id.lastIndexOf("n"))}`);
      if (edge) edge.classList.add("spry-critical");
    });
  }

  find(id) {
    return this.svg.querySelector(`#${CSS.escape(id)}`);
  }

  load({ svg, nodes }) {
    const parsed = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
    if (parsed.nodeName !== "svg") return;
    this.svg = document.importNode(parsed, true);
    this.ids = nodes;
    this.size = [Number(this.svg.getAttribute("width")), Number(this.svg.getAttribute("height"))];
    for (const [index, id] of nodes.entries()) {
      const had = this.nodes.get(id);
      if (!this.store.plan.tasks[index]) continue; // it is missing
      if (had) had.tasks.push(index);
      else this.addNode(id, index);
    }
    this.canvas.replaceChildren(this.svg);
    this.fit();
  }

  addNode(id, index) {
    const node = this.find(id);
    if (!node) return;
    const shown = { node, tasks: [index], mark: "", symbol: node.querySelector(".spry-symbol") };
    node.setAttribute("role", "button");
    node.addEventListener("click", () => this.dragged || this.open(shown.tasks));
    node.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      this.open(shown.tasks);
    });
    this.nodes.set(id, shown);
  }

  colour(shown) {
    const { state } = this.store;
    const mark = shown.tasks.map((task) => state.tasks[task].mark).sort(byWeight)[0];
    if (mark !== shown.mark) {
      if (shown.mark) shown.node.classList.remove(className(shown.mark));
      shown.node.classList.add(className(mark));
      shown.mark = mark;
      setText(shown.symbol, SYMBOLS[mark]);
      setAttribute(shown.node, "aria-label", `${shown.node.dataset.label}, ${mark}`);
    }
    if (shown.tasks.length > 1) this.count(shown);
    this.time(shown);
  }

  // How many of the tasks that are drawn as one have ended.
  count({ node, tasks }) {
    const ended = tasks.filter((task) => this.store.state.tasks[task].end != null).length;
    const text = node.querySelector(".spry-notes");
    text.removeAttribute("textLength"); // it was that of another text
    setText(text, `${ended} of ${tasks.length}`);
  }

  // The time that it has been running, or took, at the corner of its box.
  time(shown) {
    const running = shown.tasks.filter((task) => ["running", "retrying"].includes(this.store.state.tasks[task].mark));
    const spans = running.map((task) => this.store.span(task)).filter(Boolean);
    const longest = Math.max(...spans.map(([start, end]) => end - start));
    if (!spans.length) {
      if (shown.time) shown.time.style.display = "none";
      return;
    }
    shown.time ??= timeTag(shown.node);
    shown.time.style.display = "";
    setText(shown.time.lastChild, elapsed(longest));
  }

  // -- moving and zooming ------------------------------------------------------------------

  // The scale in which all of it is seen in a pane of some width, which may be so high at most.
  scaleIn(width) {
    return Math.min(1, (width - 16) / this.size[0], (HIGHEST - 24) / this.size[1]);
  }

  fit() {
    if (!this.svg || !this.canvas.clientWidth) return;
    const [width, height] = this.size;
    const { clientWidth } = this.canvas;
    this.node.style.height = `${Math.max(120, height * this.scaleIn(clientWidth) + 24)}px`;
    const { clientHeight } = this.canvas; // more, where what is beside it is higher
    this.scale = Math.min(1, (clientWidth - 16) / width, (clientHeight - 16) / height);
    this.x = (clientWidth - width * this.scale) / 2;
    this.y = (clientHeight - height * this.scale) / 2;
    this.moved = false;
    this.place();
  }

  place() {
    this.svg.style.transform = `translate(${this.x}px, ${this.y}px) scale(${this.scale})`;
  }

  zoom(by, at = [this.canvas.clientWidth / 2, this.canvas.clientHeight / 2]) {
    if (!this.svg) return;
    const scale = Math.min(4, Math.max(0.05, this.scale * by));
    this.x = at[0] - ((at[0] - this.x) * scale) / this.scale;
    this.y = at[1] - ((at[1] - this.y) * scale) / this.scale;
    this.scale = scale;
    this.moved = true;
    this.place();
  }

  // Have a node that the keyboard has come to be seen. The browser would scroll the canvas, for good.
  bring(node) {
    this.canvas.scrollTo(0, 0);
    const [box, seen] = [node.getBoundingClientRect(), this.canvas.getBoundingClientRect()];
    const off = (low, high, least, most) => (low < least ? least - low + 16 : high > most ? most - high - 16 : 0);
    const [x, y] = [off(box.left, box.right, seen.left, seen.right), off(box.top, box.bottom, seen.top, seen.bottom)];
    if (!x && !y) return;
    [this.x, this.y, this.moved] = [this.x + x, this.y + y, true];
    this.place();
  }

  labelOf(task) {
    return this.nodes.get(this.ids[task]).node.querySelector(".spry-name").textContent;
  }

  focusOn(task) {
    this.nodes.get(this.ids?.[task])?.node.focus({ preventScroll: true });
  }

  // With Ctrl alone, or a pinch, which says the same: the wheel by itself scrolls the notebook.
  wheel(event) {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const box = this.canvas.getBoundingClientRect();
    this.zoom(Math.exp(-event.deltaY / 300), [event.clientX - box.left, event.clientY - box.top]);
  }

  grab(event) {
    if (event.button !== 0 || !this.svg) return;
    const [x, y] = [this.x - event.clientX, this.y - event.clientY];
    this.dragged = false;
    const move = (to) => {
      if (!this.dragged && Math.hypot(to.clientX - event.clientX, to.clientY - event.clientY) < 4) return;
      this.dragged = this.moved = true;
      [this.x, this.y] = [x + to.clientX, y + to.clientY];
      this.place();
    };
    this.drag?.abort();
    const drag = (this.drag = new AbortController());
    const drop = () => {
      drag.abort();
      setTimeout(() => (this.dragged = false));
    };
    const { signal } = drag;
    window.addEventListener("pointermove", move, { signal });
    window.addEventListener("pointerup", drop, { signal });
    window.addEventListener("pointercancel", drop, { signal });
  }
}

// Of tasks that are drawn as one, the state that matters most.
const WEIGHTS = ["asking", "failed", "retrying", "running", "cancelled", "skipped", "waiting", "succeeded", "up to date"];
const SYMBOLS = { ...MARKS, waiting: "", running: "▶" };

function byWeight(one, other) {
  return WEIGHTS.indexOf(one) - WEIGHTS.indexOf(other);
}

function className(mark) {
  return `spry-${mark.replaceAll(" ", "-")}`;
}

function timeTag(node) {
  const box = node.querySelector(".spry-box");
  const [x, y, width, height] = ["x", "y", "width", "height"].map((name) => Number(box.getAttribute(name)));
  const tag = document.createElementNS(SVG, "g");
  const ground = document.createElementNS(SVG, "rect");
  const text = document.createElementNS(SVG, "text");
  tag.setAttribute("class", "spry-time");
  tag.setAttribute("aria-hidden", "true");
  const places = { x: x + width / 2 - 23, y: y + height - 4, width: 46, height: 16, rx: 8 };
  for (const [name, value] of Object.entries(places)) ground.setAttribute(name, value);
  text.setAttribute("x", x + width / 2);
  text.setAttribute("y", y + height + 8);
  tag.append(ground, text);
  node.append(tag);
  return tag;
}
