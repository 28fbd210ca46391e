// Shows findings that look like the one being written, after a pause in writing.

const PAUSE = 1500;
const SHORTEST_TEXT = 20;
const TELLING = /^(text|partnerships|coding-.*-direction)$/;

class Lookalikes {
  constructor(place) {
    this.place = place;
    this.form = place.closest("form");
    for (const happening of ["input", "change"]) this.form.addEventListener(happening, (event) => this.soon(event));
  }

  soon(event) {
    if (!TELLING.test(event.target.name)) return;
    clearTimeout(this.pause);
    this.pause = setTimeout(() => this.look(), PAUSE);
  }

  async look() {
    this.asked?.abort();
    this.asked = new AbortController();
    if (this.form.elements.text.value.trim().length < SHORTEST_TEXT) {
      this.show("");
      return;
    }
    const fields = new URLSearchParams(new FormData(this.form));
    fields.set("besides", this.place.dataset.besides);
    try {
      const answer = await fetch(this.place.dataset.lookalikes, { method: "POST", body: fields, signal: this.asked.signal });
      if (answer.ok) this.show(await answer.text());
    } catch {
      // Offline, or asked again meanwhile: what was found last stays, and the form says whether it is saved.
    }
  }

  /** The same list again is left alone, so that nobody hears it twice. */
  show(html) {
    if (html.trim() === this.shown) return;
    this.shown = html.trim();
    this.place.innerHTML = this.shown;
  }
}

document.querySelectorAll("[data-lookalikes]").forEach((place) => new Lookalikes(place));
