// Adding and taking out rows and lines in place. Without this the same buttons post the page and get it back.

const PATTERN = "__row__";

class Rows {
  constructor(form) {
    this.form = form;
    this.list = form.querySelector("[data-rows]");
    this.status = form.querySelector("[data-rows-status]");
    this.pattern = document.querySelector("template[data-row-pattern]").innerHTML;
    this.most = Number(form.dataset.rowsMost);
    form.addEventListener("click", (event) => this.clicked(event));
  }

  get rows() {
    return [...this.list.querySelectorAll("[data-row]")];
  }

  clicked(event) {
    const button = event.target.closest("button");
    if (button?.matches("[data-add-row]")) this.add(event);
    else if (button?.matches("[data-drop-row]")) this.drop(event, button.closest("[data-row]"));
    else if (button?.matches("[data-add-line]")) this.addLine(event, button);
  }

  /** Numbers are never used again, so that no two rows ever share a field. */
  nextNumber() {
    const numbers = this.rows.map((row) => Number(row.querySelector("[name=row]").value));
    this.highest = Math.max(this.highest ?? 0, ...numbers) + 1;
    return this.highest;
  }

  add(event) {
    event.preventDefault();
    const holder = document.createElement("template");
    holder.innerHTML = this.pattern.replaceAll(PATTERN, String(this.nextNumber()));
    const row = holder.content.firstElementChild;
    this.list.append(row);
    this.changed("");
    row.querySelector("textarea").focus();
  }

  drop(event, row) {
    if (this.rows.length < 2) return; // the last one: the server gives back an empty row
    event.preventDefault();
    const place = this.rows.indexOf(row);
    const next = row.nextElementSibling;
    row.remove();
    const back = document.createElement("button");
    Object.assign(back, { type: "button", className: "link-button", textContent: "Put it back" });
    back.addEventListener("click", () => this.putBack(row, next));
    this.changed(`Finding ${place + 1} is taken out. `, back);
    back.focus();
  }

  putBack(row, next) {
    this.list.insertBefore(row, next?.isConnected ? next : null);
    this.changed("");
    row.querySelector("textarea").focus();
  }

  addLine(event, button) {
    event.preventDefault();
    const lines = button.closest("fieldset").querySelectorAll("[data-line]");
    const last = lines[lines.length - 1];
    const line = last.cloneNode(true);
    const stem = last.querySelector("select").id.replace(/\d+$/, "");
    line.classList.remove("field-invalid");
    line.querySelector(".field-error")?.remove();
    for (const part of line.querySelectorAll("[id], [for]")) {
      for (const name of ["id", "for"]) {
        if (part[name === "for" ? "htmlFor" : name]) part.setAttribute(name, part.getAttribute(name).replace(`${stem}${lines.length}`, `${stem}${lines.length + 1}`));
      }
    }
    for (const control of line.querySelectorAll("select, textarea")) {
      control.value = "";
      for (const name of ["aria-invalid", "aria-describedby", "autofocus"]) control.removeAttribute(name);
    }
    last.after(line);
    line.querySelector("select").focus();
  }

  changed(...words) {
    this.rows.forEach((row, place) => {
      for (const number of row.querySelectorAll("[data-place]")) number.textContent = place + 1;
    });
    const isFull = this.rows.length >= this.most;
    this.form.querySelector("[data-room]").hidden = isFull;
    this.form.querySelector("[data-no-room]").hidden = !isFull;
    this.status.replaceChildren(...words);
    this.form.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

document.querySelectorAll("form[data-rows-most]").forEach((form) => new Rows(form));
