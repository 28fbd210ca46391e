// Names that Django's admin leaves out of its select boxes and tables, for those who hear the page read.
"use strict";

// A select box says what it is for and what is chosen: the name of its field, then its own content.
function nameSelectBox(select) {
  const box = select.parentElement.querySelector(".select2-selection");
  const name = select.labels.length ? select.labels[0].textContent : select.getAttribute("aria-label");
  if (!box || !name) return;
  const chosen = box.querySelector(".select2-selection__rendered");
  box.id = `${select.id}-box`;
  box.setAttribute("aria-label", name.replace(/:$/, ""));
  chosen.id = chosen.id || `${select.id}-chosen`;
  chosen.removeAttribute("role");
  // Of several choices it is a list with a button in it, which no list may have.
  if (chosen.matches("ul")) chosen.setAttribute("role", "presentation");
  chosen.removeAttribute("aria-readonly");
  box.setAttribute("aria-labelledby", `${box.id} ${chosen.id}`);
  const search = box.querySelector(".select2-search__field");
  if (search) search.setAttribute("aria-label", name.replace(/:$/, ""));
}

function nameSelectBoxes(root) {
  root.querySelectorAll("select.admin-autocomplete").forEach(nameSelectBox);
}

// Of a table of rows the first column names each saved row, and the last holds what can be done with it.
function nameEmptyHeads() {
  document.querySelectorAll(".inline-group thead th:empty").forEach((head) => {
    const name = document.createElement("span");
    name.className = "visually-hidden";
    name.textContent = head.matches(".original") ? "Row" : "Actions";
    head.append(name);
  });
}

// The label beside the search box is a picture alone.
function nameSearchBox() {
  document.getElementById("searchbar")?.setAttribute("aria-label", "Search");
}

document.addEventListener("DOMContentLoaded", () => {
  // The select boxes are made when Django's jQuery says that the page is ready, after its own wait.
  window.django?.jQuery?.(() => nameSelectBoxes(document));
  nameEmptyHeads();
  nameSearchBox();
});

// Django makes the select boxes of an added row in its own listener to this event, which may come after ours.
document.addEventListener("formset:added", (event) => setTimeout(() => nameSelectBoxes(event.target)));
