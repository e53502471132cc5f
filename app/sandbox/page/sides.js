/* On a narrow screen one side is shown at a time; the other's button says when something new is there. */

import { t } from "/page/language.js";

const buttons = [...document.querySelectorAll(".sides button")];
const scrolled = [...document.querySelectorAll(".feed, .phone-screen")];
const news = new Set();

export function startSides() {
  for (const button of buttons) button.addEventListener("click", () => showSide(button.dataset.side));
}

export function showSide(side) {
  document.body.dataset.side = side;
  news.delete(side);
  for (const box of scrolled) box.scrollTop = box.scrollHeight; // a hidden side could not scroll to its end
  drawSides();
}

export function newsOn(side) {
  if (document.body.dataset.side !== side) news.add(side);
  drawSides();
}

export function drawSides() {
  for (const button of buttons) {
    const { side } = button.dataset;
    button.setAttribute("aria-pressed", String(side === document.body.dataset.side));
    button.classList.toggle("news", news.has(side));
    const name = t(side === "customer" ? "sideCustomer" : "sideSeller");
    button.setAttribute("aria-label", news.has(side) ? `${name}, ${t("news")}` : name);
  }
}
