/* The language of the page and the clock on it: those of the account, where a Ponte is beside the sandbox, so that they
   agree with the notes; else the chosen language, the browser's, or Brazilian Portuguese, and the browser's time zone. */

import { words } from "/page/words.js";

const KEPT_AS = "ponte.language";
const ATTRIBUTES = { tLabel: "aria-label", tPlaceholder: "placeholder", tCommand: "data-command" };
const ASKED = new URLSearchParams(location.search).get("lang"); // in the address: it goes before the account's

let current = wanted();
let zone; // undefined: the browser's

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

/* What the account says; nothing, or a zone that this browser does not know, changes nothing. */
export function adopt({ locale, timezone }) {
  if (locale in words && !known(ASKED)) current = locale;
  try {
    zone = new Intl.DateTimeFormat("en", { timeZone: timezone || undefined }).resolvedOptions().timeZone;
  } catch {
    zone = undefined;
  }
}

/* The time zone of every time on the page, as people of this language call it. */
export function zoneName() {
  let format;
  try {
    format = new Intl.DateTimeFormat(current, { timeZone: zone, timeZoneName: "longGeneric" });
  } catch {
    format = new Intl.DateTimeFormat(current, { timeZone: zone, timeZoneName: "long" }); // an older browser
  }
  return format.formatToParts().find((part) => part.type === "timeZoneName").value;
}

/* Puts the words into the elements that ask for them with data-t, data-t-label, data-t-placeholder or data-t-command. */
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
  return new Intl.DateTimeFormat(current, { hour: "2-digit", minute: "2-digit", timeZone: zone });
}

function wanted() {
  return [ASKED, kept(KEPT_AS), ...navigator.languages].map(known).find(Boolean) ?? "pt-BR";
}

function known(choice) {
  return Object.keys(words).find((name) => choice?.slice(0, 2).toLowerCase() === name.slice(0, 2));
}
