// The item picker with searching, one-press directions and a list of what is chosen.
// The select and the note of each item stay the form's own fields: this only works them.

const SHAPES = {
  supports: "M8 2 15 14H1z",
  refines: "M8 1l7 7-7 7-7-7z",
  challenges: "M8 14 1 2h14z",
  context: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 1 0 0-11z",
};

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function shape(direction) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", `icon shape shape-${direction}`);
  const path = document.createElementNS(svg.namespaceURI, "path");
  path.setAttribute("d", SHAPES[direction]);
  svg.append(path);
  return svg;
}

function plain(text) {
  return text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");
}

/** One framework item: its row, its select and note, and the buttons that set the direction. */
class Item {
  constructor(row, onChange) {
    this.row = row;
    this.code = row.dataset.code;
    this.title = row.dataset.title;
    this.select = row.querySelector("select");
    this.note = row.querySelector("textarea");
    this.noteBox = row.querySelector(".picker-note");
    this.group = row.closest("details");
    this.words = plain(`${this.title} ${row.dataset.words} ${row.querySelector(".picker-item-statement")?.textContent ?? ""}`);
    this.onChange = onChange;
    this.replaceSelect();
    this.show();
  }

  get directionLabel() {
    return this.select.selectedOptions[0].textContent;
  }

  replaceSelect() {
    const id = this.select.id;
    this.buttons = [...this.select.options].filter((option) => option.value).map((option) => this.directionButton(option));
    const group = element("div", { role: "group", id, tabindex: "-1", class: "picker-directions", "aria-label": `Direction for ${this.code}` }, ...this.buttons);
    const described = this.select.getAttribute("aria-describedby");
    if (described) group.setAttribute("aria-describedby", described);
    this.select.removeAttribute("id");
    this.select.parentElement.hidden = true;
    this.select.parentElement.before(group);
  }

  directionButton(option) {
    const button = element("button", { type: "button", class: `picker-direction picker-direction-${option.value}`, "data-direction": option.value });
    button.append(shape(option.value), option.textContent);
    button.addEventListener("click", () => this.choose(this.select.value === option.value ? "" : option.value));
    return button;
  }

  choose(direction) {
    this.select.value = direction;
    this.select.dispatchEvent(new Event("change", { bubbles: true }));
    this.show();
    this.onChange(this);
  }

  show() {
    const chosen = this.select.value;
    for (const button of this.buttons) button.setAttribute("aria-pressed", String(button.dataset.direction === chosen));
    this.row.classList.toggle("picker-item-chosen", Boolean(chosen));
    this.noteBox.hidden = !chosen && !this.note.value;
  }

  /** A code matches from its start ("b1" finds B1 and B12), everything else anywhere. */
  matches(terms) {
    const code = plain(this.code);
    return terms.every((term) => code.startsWith(term) || this.words.includes(term));
  }

  reveal() {
    this.row.hidden = false;
    this.group.hidden = false;
    this.group.open = true;
    this.buttons[0].focus();
  }
}

class Picker {
  constructor(root) {
    this.root = root;
    this.groups = [...root.querySelectorAll("details.picker-group")];
    this.items = [...root.querySelectorAll("li.picker-item")].map((row) => new Item(row, (item) => this.changed(item)));
    this.build();
    this.listChosen();
    // Back restores what was chosen after this script has run.
    window.addEventListener("pageshow", () => this.refresh());
  }

  build() {
    this.input = element("input", { type: "search", id: "item-picker-search", autocomplete: "off", "aria-describedby": "item-picker-help" });
    this.status = element("p", { class: "visually-hidden", role: "status" });
    this.chosenList = element("ul", { class: "picker-chosen-list" });
    this.chosenHeading = element("p", { class: "picker-chosen-heading", tabindex: "-1" });
    this.none = element("p", { class: "quiet", hidden: "" }, "Nothing matches. Try another word, or a code such as L5.");
    const search = element(
      "div",
      { class: "field picker-search" },
      element("label", { for: "item-picker-search" }, "Find an item"),
      element("p", { class: "hint", id: "item-picker-help" }, "Type a word or a code, such as trust or L5. Or open a group below."),
      this.input,
    );
    this.root.classList.add("picker-enhanced");
    this.groups[0].before(element("div", { class: "picker-chosen" }, this.chosenHeading, this.chosenList), search, this.status, this.none);
    this.input.addEventListener("input", () => this.filter());
    this.root.addEventListener("keydown", (event) => this.keydown(event));
  }

  get chosen() {
    return this.items.filter((item) => item.select.value);
  }

  refresh() {
    this.items.forEach((item) => item.show());
    this.listChosen();
    this.filter();
  }

  changed(item) {
    this.listChosen();
    this.announce(item.select.value ? `${item.code}: ${item.directionLabel}. ${this.chosen.length} chosen.` : `${item.code} removed. ${this.chosen.length} chosen.`);
  }

  announce(text) {
    this.status.textContent = text;
  }

  listChosen() {
    const chosen = this.chosen;
    this.chosenHeading.textContent = chosen.length ? `Chosen (${chosen.length})` : "Nothing chosen yet";
    this.chosenList.replaceChildren(...chosen.map((item) => this.chosenRow(item)));
  }

  chosenRow(item) {
    const badge = element("span", { class: `badge direction direction-${item.select.value}` }, shape(item.select.value), item.directionLabel);
    const open = element("button", { type: "button", class: "link-button" }, `${item.code} ${item.title}`);
    const remove = element("button", { type: "button", class: "button button-quiet picker-remove", "aria-label": `Remove ${item.code}` }, "Remove");
    open.addEventListener("click", () => {
      this.input.value = "";
      this.filter();
      item.reveal();
    });
    remove.addEventListener("click", () => this.remove(item));
    return element("li", {}, badge, open, remove);
  }

  remove(item) {
    const place = this.chosen.indexOf(item);
    item.choose("");
    const rest = this.chosenList.querySelectorAll(".picker-remove");
    (rest[Math.min(place, rest.length - 1)] ?? this.chosenHeading).focus();
  }

  filter() {
    const terms = plain(this.input.value).split(/\s+/).filter(Boolean);
    if (terms.length && !this.openBefore) this.openBefore = this.groups.map((group) => group.open);
    let found = 0;
    for (const item of this.items) {
      item.row.hidden = !item.matches(terms);
      found += item.row.hidden ? 0 : 1;
    }
    this.groups.forEach((group, place) => {
      group.hidden = !group.querySelector("li.picker-item:not([hidden])");
      if (terms.length) group.open = true;
      else if (this.openBefore) group.open = this.openBefore[place];
    });
    this.none.hidden = found > 0;
    if (terms.length) this.announce(found === 1 ? "1 item found." : `${found} items found.`);
    else this.openBefore = undefined;
  }

  /** Arrows walk from the search box down the rows and back; Enter in the box goes to the first row and never submits. */
  keydown(event) {
    if (event.target === this.input) this.keyInSearch(event);
    else if (event.target.matches(".picker-direction")) this.keyInRow(event);
  }

  get visible() {
    return this.items.filter((item) => item.row.checkVisibility());
  }

  keyInSearch(event) {
    if (event.key === "Escape" && this.input.value) {
      event.preventDefault();
      this.input.value = "";
      this.filter();
    } else if (event.key === "Enter" || event.key === "ArrowDown") {
      event.preventDefault();
      this.visible[0]?.buttons[0].focus();
    }
  }

  keyInRow(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      this.walk(event.target, step);
    } else if (event.key === "Escape") {
      this.input.focus();
    }
  }

  walk(button, step) {
    const visible = this.visible;
    const place = visible.findIndex((item) => item.row.contains(button)) + step;
    const next = visible[place];
    if (place < 0) this.input.focus();
    else if (next) (next.buttons.find((other) => other.dataset.direction === button.dataset.direction) ?? next.buttons[0]).focus();
  }
}

document.querySelectorAll("[data-item-picker]").forEach((root) => new Picker(root));
