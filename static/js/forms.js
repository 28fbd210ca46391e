// Comfort for forms. Everything works without it.

/** The error summary speaks first, also when the page came back by htmx. */
function focusErrorSummary(root) {
  root.querySelector("[data-error-summary]")?.focus();
}

/** A second press while the first is on its way is swallowed; the page coming back by Back starts afresh. */
function guardAgainstDoubleSubmit(event) {
  const form = event.target;
  if (!form.matches("[data-guard]") || event.defaultPrevented) return;
  if (form.dataset.submitting) {
    event.preventDefault();
    return;
  }
  form.dataset.submitting = "true";
  // A failed connection leaves the page as it is: let the person try again.
  setTimeout(() => releaseForm(form), 8000);
}

function releaseForm(form) {
  delete form.dataset.submitting;
}

/** Says how much room is left once the text comes near its limit, and never cuts a word. */
function countCharacters(event) {
  const input = event.target;
  const limit = Number(input.dataset?.limit);
  if (!limit) return;
  const hint = document.getElementById(`${input.id}_limit`);
  const remaining = limit - [...input.value.replace(/\r?\n/g, "\r\n")].length;
  hint.dataset.usual ??= hint.textContent;
  hint.classList.toggle("limit-exceeded", remaining < 0);
  hint.textContent = remaining > limit / 10 ? hint.dataset.usual : describeRoom(remaining);
  announceSoon(hint.nextElementSibling, hint.textContent);
}

function describeRoom(remaining) {
  const count = Math.abs(remaining).toLocaleString("en-GB");
  const noun = Math.abs(remaining) === 1 ? "character" : "characters";
  return remaining < 0 ? `${count} ${noun} too many.` : `${count} ${noun} left.`;
}

let announcement;

/** Waits for a pause in typing, so that a screen reader is not interrupted at every key. */
function announceSoon(status, text) {
  clearTimeout(announcement);
  announcement = setTimeout(() => {
    if (status.textContent !== text) status.textContent = text;
  }, 1000);
}

document.addEventListener("submit", guardAgainstDoubleSubmit);
document.addEventListener("input", countCharacters);
document.addEventListener("htmx:afterSwap", (event) => focusErrorSummary(event.target));
window.addEventListener("pageshow", () => document.querySelectorAll("[data-submitting]").forEach(releaseForm));
focusErrorSummary(document);
