/* The language of the page: the chosen one, else the browser's, else Brazilian Portuguese. */

import { words } from "/page/words.js";

const KEPT_AS = "ponte.language";
const ATTRIBUTES = { tLabel: "aria-label", tPlaceholder: "placeholder" };

let current = wanted();

export function language() {
  return current;
}

export function t(key, values = {}) {
  return words[current][key].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

export function speak(lang) {
  current = lang;
  keep(KEPT_AS, lang);
}

/* Puts the words into the elements that ask for them with data-t, data-t-label or data-t-placeholder. */
export function label(root) {
  root.documentElement.lang = current;
  for (const node of root.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
  for (const [name, attribute] of Object.entries(ATTRIBUTES)) labelAttribute(root, name, attribute);
}

export function clock(when) {
  const date = typeof when === "number" ? new Date(when * 1000) : new Date(when);
  return Number.isNaN(date.getTime()) ? "" : timeFormat().format(date);
}

/* Storage may be closed to us (private windows); then the choice lasts as long as the page. */
export function keep(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    return;
  }
}

export function kept(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

function labelAttribute(root, name, attribute) {
  const dashed = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  for (const node of root.querySelectorAll(`[data-${dashed}]`)) node.setAttribute(attribute, t(node.dataset[name]));
}

function timeFormat() {
  return new Intl.DateTimeFormat(current, { hour: "2-digit", minute: "2-digit" });
}

function wanted() {
  const choices = [new URLSearchParams(location.search).get("lang"), kept(KEPT_AS), ...navigator.languages];
  for (const choice of choices) {
    const match = Object.keys(words).find((known) => choice?.slice(0, 2).toLowerCase() === known.slice(0, 2));
    if (match) return match;
  }
  return "pt-BR";
}
