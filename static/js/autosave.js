// Keeps a form on the server while it is being written, so that no word depends on this page alone.
// A save carries three numbers: the save that this page knows to be kept, its own, and the page's.

const QUIET = 2000; // after the last key
const LONGEST = 8000; // while somebody goes on typing
const PATIENCE = 15000; // for an answer
const RETRIES = [2000, 4000, 8000, 15000, 30000];
const MOST_KEPT_ALIVE = 60000; // what a browser still sends when the page is gone
const SAVING_SHOWN_AFTER = 700;
const WORDS_STAY = "Your words stay in this page.";

function numberOfPage() {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (number) => number.toString(16)).join("");
}

function timeOf(moment) {
  return new Date(moment).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
}

function link(text, href) {
  const made = document.createElement("a");
  Object.assign(made, { textContent: text, href, target: "_blank", rel: "noopener" });
  return made;
}

class Autosave {
  constructor(form) {
    this.form = form;
    this.status = form.querySelector("[data-keeping-status]");
    this.panel = form.querySelector("[data-conflict]");
    this.base = form.elements.typed_base;
    this.sequence = Number(this.base.value);
    this.page = numberOfPage();
    this.changes = 0; // how often something changed
    this.kept = 0; // up to which change the server has it
    this.trouble = false;
    this.listen();
    if ("unsaved" in form.dataset) this.changed();
  }

  listen() {
    this.form.addEventListener("input", () => this.changed());
    this.form.addEventListener("change", () => this.changed());
    this.form.addEventListener("submit", (event) => this.submitting(event));
    this.panel.querySelector("[data-keep-mine]").addEventListener("click", () => this.keepMine());
    this.panel.querySelector("[data-take-kept]").addEventListener("click", () => this.takeKept());
    document.addEventListener("visibilitychange", () => (document.hidden ? this.save({ leaving: true }) : this.comeBack()));
    window.addEventListener("pagehide", () => this.save({ leaving: true }));
    window.addEventListener("pageshow", (event) => event.persisted && this.resume());
    window.addEventListener("online", () => this.save());
    window.addEventListener("focus", () => this.trouble && this.save());
    window.addEventListener("beforeunload", (event) => {
      if (this.trouble && this.isUnsaved && !this.stopped) event.preventDefault();
    });
  }

  get isUnsaved() {
    return this.changes > this.kept;
  }

  changed() {
    this.changes += 1;
    this.refused = false;
    this.saveSoon();
  }

  saveSoon() {
    clearTimeout(this.quiet);
    this.quiet = setTimeout(() => this.save(), QUIET);
    this.longest ??= setTimeout(() => this.save(), LONGEST);
  }

  /** Everything as it stands now. One save after the other, except when the page is about to go. */
  save({ leaving = false } = {}) {
    if (!this.isUnsaved || this.stopped || this.conflict || this.refused) return this.inFlight;
    if (this.inFlight && (!leaving || this.underWay === this.changes)) return this.inFlight;
    this.clearTimers();
    const sending = this.send(leaving).finally(() => {
      if (this.inFlight === sending) this.inFlight = undefined;
    });
    this.inFlight = sending;
    return sending;
  }

  async send(leaving) {
    const upTo = this.changes;
    this.underWay = upTo;
    this.sequence += 1;
    const saving = setTimeout(() => this.trouble || this.say("Saving …"), SAVING_SHOWN_AFTER);
    try {
      const answer = await this.post(this.form.dataset.autosave, this.fields(), leaving);
      await this.hear(answer, upTo);
    } catch {
      this.say(`Not saved: no connection. ${WORDS_STAY}`, { isTrouble: true });
      this.again();
    } finally {
      clearTimeout(saving);
    }
  }

  fields() {
    const fields = new URLSearchParams(new FormData(this.form));
    fields.set("typed_sequence", this.sequence);
    fields.set("typed_page", this.page);
    fields.set("typed_person", this.form.dataset.person);
    return fields;
  }

  post(address, fields, leaving) {
    const keepalive = leaving && fields.toString().length < MOST_KEPT_ALIVE;
    return fetch(address, { method: "POST", body: fields, keepalive, signal: AbortSignal.timeout(PATIENCE) });
  }

  async hear(answer, upTo) {
    if (answer.ok) {
      const { saved_at: savedAt, sequence } = await answer.json();
      this.base.value = Math.max(sequence, Number(this.base.value));
      this.kept = Math.max(upTo, this.kept);
      this.failures = 0;
      this.hasNewToken = false;
      this.say(`Saved at ${timeOf(savedAt)}`);
      this.clearTimers();
      if (this.isUnsaved) this.saveSoon(); // what was typed while this save was on its way
    } else if (answer.status === 409) {
      this.outOfDate((await answer.json()).kept);
    } else if (answer.status === 401) {
      this.signedOut();
    } else if (answer.status === 403) {
      await this.notAllowed();
    } else if ([400, 404, 413].includes(answer.status)) {
      this.refused = true;
      this.say(`Not saved: ${await this.reasonOf(answer)} ${WORDS_STAY}`, { isTrouble: true });
    } else {
      this.say(`Not saved: the server is busy or in trouble. ${WORDS_STAY}`, { isTrouble: true });
      this.again();
    }
  }

  async reasonOf(answer) {
    const isOurs = answer.headers.get("Content-Type")?.startsWith("application/json");
    return isOurs ? (await answer.json()).message : "the server refused it.";
  }

  signedOut() {
    const signIn = link("sign in in another tab", this.form.dataset.signIn);
    this.say(["Signed out: ", signIn, `, then it is saved. ${WORDS_STAY}`], { isTrouble: true });
    this.again();
  }

  /** Signed in anew, the person has another token; signed in as another person, nothing of this page is theirs. */
  async notAllowed() {
    const answer = await fetch(this.form.dataset.token, { signal: AbortSignal.timeout(PATIENCE) });
    if (answer.status === 401) {
      this.signedOut();
    } else if (!answer.ok) {
      this.say(`Not saved: you can't save here any more. ${WORDS_STAY}`, { isTrouble: true });
      this.again();
    } else if (this.adopt(await answer.json())) {
      this.again({ atOnce: !this.hasNewToken });
      this.hasNewToken = true;
    }
  }

  /** Back from another tab, where the person may have signed in again or out. */
  async comeBack() {
    try {
      const answer = await fetch(this.form.dataset.token, { signal: AbortSignal.timeout(PATIENCE) });
      if (answer.status === 401) this.signedOut();
      else if (answer.ok && this.adopt(await answer.json()) && this.trouble && !this.isUnsaved) this.say("");
    } catch {
      // No connection: the next save tells of it.
    }
    this.save();
  }

  /** Take over a new token, unless it is somebody else's. */
  adopt({ token, person }) {
    if (person !== this.form.dataset.person) {
      this.say(`Not saved: somebody else is signed in in this browser. Sign in as yourself in another tab. ${WORDS_STAY}`, { isTrouble: true });
      this.again();
      return false;
    }
    for (const input of document.querySelectorAll("[name=csrfmiddlewaretoken]")) input.value = token;
    return true;
  }

  /** Try again later, each time a little later than before. */
  again({ atOnce = false } = {}) {
    this.failures = (this.failures ?? 0) + 1;
    const delay = atOnce ? 0 : RETRIES[Math.min(this.failures, RETRIES.length) - 1];
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.save(), delay);
  }

  say(words, { isTrouble = false } = {}) {
    this.trouble = isTrouble;
    this.status.classList.toggle("keeping-status-trouble", isTrouble);
    const text = [words].flat();
    const shown = text.map((part) => part.textContent ?? part).join("");
    if (this.status.textContent !== shown) this.status.replaceChildren(...text);
  }

  // Another page saved the same form.

  outOfDate(kept) {
    this.sequence = Math.max(this.sequence, kept?.sequence ?? 0);
    if (kept?.is_own) {
      this.base.value = kept.sequence;
      this.again({ atOnce: true });
      return;
    }
    this.conflict = { kept };
    this.panel.querySelector("[data-conflict-lead]").textContent = kept
      ? `This form was kept at ${timeOf(kept.saved_at)} from another tab or device. Nothing is lost: choose.`
      : "What stood in this form was saved or discarded in another tab or device.";
    this.panel.querySelector("[data-conflict-differences]").replaceChildren(...(kept ? this.differences(kept.content) : []));
    this.panel.querySelector("[data-take-kept]").hidden = !kept;
    this.panel.hidden = false;
    const choose = document.createElement("a");
    Object.assign(choose, { href: `#${this.panel.id}`, textContent: "choose which words to keep" });
    this.say(["Not saved: this form was changed elsewhere too, ", choose, "."], { isTrouble: true });
  }

  differences(content) {
    const mine = new FormData(this.form);
    const names = new Set([...mine.keys(), ...Object.keys(content)]);
    const own = ["csrfmiddlewaretoken", "typed_base", "version", "submission_key", "row"];
    return [...names].filter((name) => !own.includes(name) && !/^(seen|rows)-/.test(name)).flatMap((name) => {
      const kept = content[name] ?? [];
      const here = mine.getAll(name).filter(Boolean);
      return kept.filter(Boolean).join("\n") === here.join("\n").replace(/\r\n/g, "\n") ? [] : [this.difference(name, kept)];
    });
  }

  difference(name, kept) {
    const row = document.createElement("div");
    const term = document.createElement("dt");
    const words = document.createElement("dd");
    const [control] = this.form.querySelectorAll(`[name="${CSS.escape(name)}"]`);
    term.textContent = this.labelOf(name, control);
    words.textContent = !control || control.matches("textarea, input:not([type=checkbox], [type=radio])") ? kept.join(" ") || "Nothing" : "Chosen otherwise";
    row.append(term, words);
    return row;
  }

  labelOf(name, control) {
    const group = control?.closest("fieldset")?.querySelector("legend");
    const label = group ?? control?.labels?.[0];
    return label?.firstChild?.textContent.trim() || name.split("-")[1] || name;
  }

  keepMine() {
    this.base.value = this.conflict.kept?.sequence ?? 0;
    this.conflict = undefined;
    this.panel.hidden = true;
    this.changes += 1;
    this.form.querySelector("input:not([type=hidden]), textarea, select").focus();
    this.save();
  }

  takeKept() {
    this.stopped = true;
    location.assign(this.form.dataset.again);
  }

  // Sending the form.

  /** Waits for a save under way; and does not let go of the page while the server can't be reached. */
  submitting(event) {
    if (event.defaultPrevented || this.stopped) return;
    const lastFailed = this.trouble && this.isUnsaved && !this.conflict && !this.refused;
    if (!this.inFlight && !lastFailed) {
      this.stop();
      return;
    }
    event.preventDefault();
    if (this.isWaiting) return;
    this.isWaiting = true;
    const { submitter } = event;
    Promise.resolve(this.save()).then(() => {
      this.isWaiting = false;
      if (this.trouble && this.isUnsaved && !this.conflict && !this.refused) return;
      this.stop();
      this.form.requestSubmit(submitter);
    });
  }

  stop() {
    this.stopped = true;
    this.clearTimers();
    setTimeout(() => this.resume(), LONGEST); // the page is still here: it was not sent
  }

  clearTimers() {
    for (const timer of [this.quiet, this.longest, this.retry]) clearTimeout(timer);
    this.longest = undefined;
  }

  resume() {
    this.stopped = false;
    if (this.isUnsaved) this.changed();
  }
}

document.querySelectorAll("form[data-autosave]").forEach((form) => new Autosave(form));
