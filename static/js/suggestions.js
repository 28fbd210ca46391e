// Suggests things while somebody types into a box for searching: a combobox whose options lead to pages.

const PAUSE = 200;
const SHORTEST = 2;

class Suggestions {
  constructor(input) {
    this.input = input;
    this.list = document.createElement("ul");
    this.list.className = "suggestions";
    this.list.id = `${input.id}-suggestions`;
    this.list.hidden = true;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", "Suggestions");
    this.heard = document.createElement("span");
    this.heard.className = "visually-hidden";
    this.heard.setAttribute("aria-live", "polite");
    input.parentElement.classList.add("has-suggestions");
    input.parentElement.append(this.list, this.heard);
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", this.list.id);
    input.setAttribute("aria-expanded", "false");
    input.addEventListener("input", () => this.soon());
    input.addEventListener("keydown", (event) => this.pressed(event));
    input.addEventListener("blur", () => this.close());
    // Pressing the mouse would take the focus away, and the list with it, before the click.
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => this.go(event.target.closest("[role=option]")));
  }

  soon() {
    clearTimeout(this.pause);
    this.asked?.abort();
    this.pause = setTimeout(() => this.look(), PAUSE);
  }

  async look() {
    const words = this.input.value.trim();
    if (words.length < SHORTEST) {
      this.close();
      return;
    }
    this.asked = new AbortController();
    const address = `${this.input.dataset.suggestions}?${new URLSearchParams({ q: words })}`;
    try {
      const answer = await fetch(address, { signal: this.asked.signal });
      if (answer.ok) this.show((await answer.json()).suggestions);
    } catch {
      // Offline, or more was typed meanwhile: the box searches without suggestions.
      this.close();
    }
  }

  show(found) {
    this.options = found.map((one, place) => {
      const option = document.createElement("li");
      option.id = `${this.list.id}-${place}`;
      option.dataset.href = one.href;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      const kind = document.createElement("span");
      kind.className = "suggestion-kind";
      kind.textContent = one.kind;
      option.append(kind, ` ${one.title}`);
      return option;
    });
    this.list.replaceChildren(...this.options);
    this.choose(-1);
    const isOpen = found.length > 0 && document.activeElement === this.input;
    this.list.hidden = !isOpen;
    this.input.setAttribute("aria-expanded", String(isOpen));
    if (isOpen) this.heard.textContent = `${found.length} suggestions, with the arrow keys`;
  }

  close() {
    clearTimeout(this.pause);
    this.asked?.abort();
    this.show([]);
    this.heard.textContent = "";
  }

  choose(place) {
    this.chosen = place;
    this.options.forEach((option, own) => option.setAttribute("aria-selected", String(own === place)));
    const option = this.options[place];
    if (option) {
      this.input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else {
      this.input.removeAttribute("aria-activedescendant");
    }
  }

  pressed(event) {
    if (this.list.hidden) return;
    // One place more than there are options: the words as they were typed.
    const places = this.options.length + 1;
    if (event.key === "ArrowDown") this.choose(((this.chosen + 2) % places) - 1);
    else if (event.key === "ArrowUp") this.choose(((this.chosen + places) % places) - 1);
    else if (event.key === "Escape") this.close();
    else if (event.key === "Enter" && this.chosen >= 0) this.go(this.options[this.chosen]);
    else return;
    event.preventDefault();
  }

  go(option) {
    if (option) location.assign(option.dataset.href);
  }
}

for (const input of document.querySelectorAll("[data-suggestions]")) new Suggestions(input);
