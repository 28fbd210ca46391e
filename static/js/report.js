// Comfort for the pages of a self-report: only the questions that are asked are shown. Without it, each says when.

class Condition {
  constructor(question) {
    this.question = question;
    this.form = question.closest("form");
    this.name = question.dataset.shownIf;
    this.values = question.dataset.shownIfValues.split(" ");
  }

  get controls() {
    return [...this.form.querySelectorAll(`[name="${CSS.escape(this.name)}"]`)];
  }

  /** Shown as long as one of the answers is chosen in a question that is shown itself. */
  apply() {
    if (!this.controls.length) return;
    const isChosen = this.controls.some((control) => control.checked && this.values.includes(control.value));
    const isAsked = !this.controls[0].closest("[data-shown-if]")?.hidden;
    this.question.hidden = !(isChosen && isAsked);
    this.question.querySelector("[data-condition]").hidden = true;
  }
}

const conditions = Array.from(document.querySelectorAll("[data-shown-if]"), (question) => new Condition(question));
const applyAll = () => conditions.forEach((condition) => condition.apply());

applyAll();
document.addEventListener("change", applyAll);
document.querySelector("[data-changed]")?.focus();
document.querySelectorAll("form[data-preview]").forEach((form) => {
  form.addEventListener("submit", (event) => event.preventDefault());
});
