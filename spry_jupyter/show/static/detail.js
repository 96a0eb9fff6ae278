// One task: how it is doing, what it does, what it needs, and its log.

import { MARKS, WORDS, button, duration, el, elapsed, setAttribute, setText } from "./dom.js";
import { LogPane } from "./log.js";

export class DetailPane {
  constructor(store, task, { open, close }) {
    this.store = store;
    this.task = task;
    this.facts = store.plan.tasks[task];
    this.mark = el("span", { class: "spry-mark" });
    this.state = el("span", { class: "spry-state" });
    this.cancel = button("Cancel", () => this.ask("cancel"), { class: "spry-button spry-danger" });
    this.rerun = button("Run again from here", () => this.ask("rerun"), {
      title: "Run this task again, and what could not run because of it",
    });
    this.node = el(
      "section",
      { class: "spry-detail", "aria-label": `Task ${this.facts.name}` },
      el(
        "header",
        {},
        this.mark,
        el("h4", { title: this.facts.name }, this.facts.name),
        this.rerun,
        this.cancel,
        button("×", close, { "aria-label": "Close the details", title: "Close (Escape)" }),
      ),
      this.state,
      this.about(open),
    );
    if (store.live) {
      this.log = new LogPane(store.log(task), this.facts.name);
      this.node.append(this.log.node);
    }
    this.update();
  }

  close() {
    this.log?.close();
  }

  ask(kind) {
    const asked = kind === "cancel" ? this.cancel : this.rerun;
    asked.disabled = true;
    setText(asked, kind === "cancel" ? "Cancelling…" : "Starting…");
    this.store.ask({ kind, task: this.task });
  }

  about(open) {
    const { descr, lang, body, needs, dependents, cleans, cleaned, notes } = this.facts;
    const links = (tasks) =>
      tasks.map((i) => button(this.store.plan.tasks[i].name, () => open([i]), { class: "spry-button spry-link" }));
    const about = el("dl", { class: "spry-about" });
    const add = (label, ...texts) => about.append(el("dt", {}, label), el("dd", {}, ...texts));
    if (needs.length) add("needs", ...links(needs));
    if (dependents.length) add("needed by", ...links(dependents));
    if (cleans.length) add("cleans up after", ...links(cleans));
    if (cleaned.length) add("cleaned up by", ...links(cleaned));
    for (const [label, text] of notes) add(label, text);
    return el(
      "div",
      { class: "spry-about-all" },
      descr ? el("p", {}, descr) : null,
      body
        ? el("details", { open: !this.store.live }, el("summary", {}, `Command (${lang})`), el("pre", {}, body))
        : el("p", { class: "spry-faint" }, "a group: it runs nothing"),
      about.children.length ? el("details", { open: !this.store.live }, el("summary", {}, "Details"), about) : null,
    );
  }

  update() {
    if (!this.store.live) {
      this.cancel.hidden = this.rerun.hidden = true;
      return;
    }
    const told = this.store.state.tasks[this.task];
    setAttribute(this.node, "data-mark", told.mark);
    setText(this.mark, MARKS[told.mark]);
    setText(this.state, this.sentence(told));
    const over = told.end != null;
    const { log, list } = this.log;
    list.node.hidden = over && log.to !== null && !log.length; // it said nothing
    this.cancel.hidden = over || this.store.ended;
    const { again } = this.store.state;
    this.rerun.hidden = told.mark !== "failed" || !this.store.plan.rerun || (again !== null && again !== this.task);
    if (again === this.task && !this.store.ended) setText(this.rerun, "Runs again when the rest has ended");
  }

  sentence(told) {
    const parts = [WORDS[told.mark] ?? told.mark];
    const span = this.store.span(this.task);
    if (span) parts[0] += told.end == null ? ` for ${elapsed(span[1] - span[0])}` : ` in ${duration(span[1] - span[0])}`;
    if (told.next != null) parts.push(`again in ${elapsed(Math.max(0, told.next - this.store.now))}`);
    const tries = told.tries?.length ?? 0;
    if (tries > 1) parts.push(told.end == null ? `attempt ${tries}` : `${tries} attempts`);
    if (told.code != null) parts.push(`exit code ${told.code}`);
    else if (told.why && told.mark !== "succeeded") parts[0] = reason(told.why, this.facts.name);
    if (told.where) parts.push(`on ${told.where}`);
    if (told.waived) parts.push("its failure is allowed");
    return parts.join(" · ");
  }
}

// The line of a task without its symbol and name.
function reason(line, name) {
  const at = line.indexOf(name);
  return at < 0 ? line : line.slice(at + name.length + 1);
}
