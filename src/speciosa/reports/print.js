// Paper cannot unfold: open the folded reasons before printing, and fold them again afterwards.
// The tables behind the pictures stay folded, because the pictures say the same; so do long lists, which their readers
// open themselves.
addEventListener("beforeprint", () => {
  for (const part of document.querySelectorAll("details:not([open], .behind, .stays)")) {
    part.open = true;
    part.dataset.folded = "";
  }
});
addEventListener("afterprint", () => {
  for (const part of document.querySelectorAll("details[data-folded]")) {
    part.open = false;
    delete part.dataset.folded;
  }
});
