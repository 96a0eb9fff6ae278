// Small parts of a page. Whatever comes from a task is set as text, never read as markup.

export const MARKS = {
  waiting: "○",
  asking: "?",
  running: "▸",
  retrying: "↻",
  succeeded: "✓",
  "up to date": "●",
  failed: "✗",
  skipped: "⊘",
  cancelled: "⊘",
};

export const WORDS = { succeeded: "completed" };

export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value != null) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child != null));
  return made;
}

export function button(label, onclick, attributes = {}) {
  return el("button", { type: "button", class: "spry-button", onclick, ...attributes }, label);
}

// Change a page only where it differs: what is written and not changed costs a layout all the same.
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function setAttribute(node, name, value) {
  if (value == null || value === false) node.removeAttribute(name);
  else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}

// `120ms`, `1.2s`, `2m05s`, `1h02m`, as everywhere else.
export function duration(seconds) {
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)}ms`;
  if (seconds < 59.95) return `${seconds.toFixed(1)}s`;
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}m${pad(whole % 60)}s`;
  return `${Math.floor(minutes / 60)}h${pad(minutes % 60)}m`;
}

// Of what still goes on: no finer than it can be read.
export function elapsed(seconds) {
  if (seconds < 10) return `${Math.max(0, seconds).toFixed(1)}s`;
  return seconds < 60 ? `${Math.floor(seconds)}s` : duration(Math.floor(seconds));
}

function pad(number) {
  return String(number).padStart(2, "0");
}

export function size(count) {
  if (count < 1000) return `${count} bytes`;
  const power = Math.min(3, Math.floor(Math.log10(count) / 3));
  const value = count / 1000 ** power;
  return `${value.toFixed(value < 10 ? 1 : 0)} ${["", "kB", "MB", "GB"][power]}`;
}

// A name for an element that no other on the page has, whatever else is shown there.
export function ownId() {
  return `spry-${Math.random().toString(36).slice(2, 10)}`;
}

// Call `draw` once before the next frame, however often it is asked for.
export function oncePerFrame(draw) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      draw();
    });
  };
}

// A list of which only the rows that can be seen are in the page.
export class VirtualList {
  // Rows are `height` pixels high; `draw(index, had)` returns a row's element, which may be the one
  // it had, brought up to date.
  constructor(height, draw, attributes = {}) {
    this.height = height;
    this.draw = draw;
    this.count = 0;
    this.rows = new Map(); // index to element
    this.inner = el("div", { class: "spry-list-inner", role: "presentation" });
    this.node = el("div", { class: "spry-list", ...attributes }, this.inner);
    this.node.addEventListener("scroll", () => this.refresh(false));
    this.sizes = new ResizeObserver(() => this.refresh(false));
    this.sizes.observe(this.node);
  }

  close() {
    this.sizes.disconnect();
  }

  // Show so many rows; those in the page are brought up to date.
  update(count) {
    if (count !== this.count) this.inner.style.height = `${count * this.height}px`;
    this.count = count;
    this.refresh(true);
  }

  refresh(all) {
    const first = Math.max(0, Math.floor(this.node.scrollTop / this.height) - 4);
    const room = Math.ceil(this.node.clientHeight / this.height) + 8;
    const behind = Math.min(this.count, first + room);
    for (const [index, row] of this.rows) {
      if (index < first || index >= behind) {
        row.remove();
        this.rows.delete(index);
      }
    }
    for (let index = first; index < behind; index++) {
      const had = this.rows.get(index);
      if (!had || all) this.place(index, had, this.draw(index, had));
    }
  }

  place(index, had, row) {
    if (row === had) return;
    row.style.top = `${index * this.height}px`;
    if (had) had.replaceWith(row);
    else this.inner.append(row);
    this.rows.set(index, row);
  }

  // Forget the rows: their indices mean something else now.
  clear() {
    for (const row of this.rows.values()) row.remove();
    this.rows.clear();
  }

  reveal(index) {
    const top = index * this.height;
    const { scrollTop, clientHeight } = this.node;
    if (top < scrollTop) this.node.scrollTop = top;
    else if (top + this.height > scrollTop + clientHeight) {
      this.node.scrollTop = top + this.height - clientHeight;
    }
  }

  get atEnd() {
    const { scrollTop, clientHeight, scrollHeight } = this.node;
    return scrollTop + clientHeight >= scrollHeight - this.height;
  }

  toEnd() {
    this.node.scrollTop = this.node.scrollHeight;
    this.refresh(false);
  }
}
