// Keeps what somebody rates while they rate. Without it, each page is saved by its button.

const QUIET = 1200; // after the last change
const RETRIES = [2000, 5000, 15000, 30000];

class Rating {
  constructor(form) {
    this.form = form;
    this.status = form.querySelector("[data-rating-status]");
    this.changes = this.kept = this.failures = 0;
    form.addEventListener("input", () => this.changed());
    form.addEventListener("submit", () => (this.stopped = true));
    document.addEventListener("visibilitychange", () => document.hidden && this.save());
    window.addEventListener("online", () => this.save());
    window.addEventListener("pageshow", () => (this.stopped = false));
    window.addEventListener("beforeunload", (event) => {
      if (this.failures && this.changes > this.kept && !this.stopped) event.preventDefault();
    });
  }

  changed() {
    this.changes += 1;
    this.soon(QUIET);
  }

  soon(delay) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), delay);
  }

  async save() {
    if (this.stopped || this.busy || this.changes === this.kept) return;
    const upTo = this.changes;
    const fields = new URLSearchParams(new FormData(this.form));
    fields.set("step", "keep");
    this.busy = true;
    try {
      await this.hear(await fetch(this.form.action, { method: "POST", body: fields, keepalive: true }), upTo);
    } catch {
      this.failed("Not saved: no connection. Your answers stay in this page.");
    } finally {
      this.busy = false;
    }
    if (this.changes > upTo) this.soon(QUIET);
  }

  async hear(answer, upTo) {
    if (answer.ok && answer.headers.get("Content-Type")?.startsWith("application/json")) {
      this.form.elements.seen.value = (await answer.json()).seen;
      this.kept = upTo;
      this.failures = 0;
      this.say("Saved");
    } else if (answer.status === 409) {
      this.stopped = true;
      this.say("Not saved: you changed this page in another window. Press the button below to see both.");
    } else if ([404, 410].includes(answer.status)) {
      this.stopped = true;
      this.say("Not saved: ratings are over, or this link does not work any more.");
    } else if (answer.status === 400) {
      this.say("Not saved: something on this page can't be taken. Press the button below to see what.");
    } else {
      this.failed("Not saved: the server is busy or in trouble. Your answers stay in this page.");
    }
  }

  failed(words) {
    this.say(words);
    this.soon(RETRIES[Math.min(this.failures, RETRIES.length - 1)]);
    this.failures += 1;
  }

  say(words) {
    this.status.textContent = words;
    this.status.classList.toggle("keeping-status-trouble", words !== "Saved");
  }
}

document.querySelectorAll("form[data-rating]").forEach((form) => new Rating(form));
