/* What the page knows: the sandbox's state as last told, and what the visitor has chosen. Draws nothing. */

import { keep, kept } from "/page/language.js";

const ACCOUNT = new URLSearchParams(location.search).get("account") ?? "30100200";
const WAIT_SECONDS = 20;
const LANGUAGE_MS = 2000; // the page waits no longer before it speaks
const RETRY_MS = [500, 1000, 2000, 4000];
const NAMES = ["Marina", "Rafael", "Beatriz", "Diego", "Camila", "Tomás", "Helena", "Bruno"];

export const world = {
  account: {},
  users: [],
  chats: [],
  drafts: [],
  chosen: NAMES[0],
  seller: Number(kept("ponte.seller") ?? 1),
  online: true,
  loaded: false,
  plan: { can_switch: false, on: false },
  language: { locale: "", timezone: "" },
};

const listeners = [];
const seen = new Map();
let line = Promise.resolve();

export function onChange(listener) {
  listeners.push(listener);
}

export function changed() {
  for (const listener of listeners) listener();
}

/* The chosen chat; one that nobody has written in yet is a draft without contact or lead. */
export function chosenChat() {
  return world.chats.find((chat) => chat.chat === world.chosen) ?? draft(world.chosen);
}

export function allChats() {
  const drafts = world.drafts.filter((name) => !world.chats.some((chat) => chat.chat === name));
  return [...world.chats, ...drafts.map(draft)];
}

export function choose(name) {
  world.chosen = name;
  if (!allChats().some((chat) => chat.chat === name)) world.drafts.push(name);
  changed();
}

export function freeName() {
  const taken = new Set(allChats().map((chat) => chat.chat));
  return NAMES.find((name) => !taken.has(name)) ?? `${NAMES[0]} ${taken.size + 1}`;
}

export function markSeen(chat) {
  seen.set(chat.chat, chat.messages.length);
}

export function unread(chat) {
  return chat.messages.length > (seen.get(chat.chat) ?? 0);
}

export function chooseSeller(id) {
  world.seller = id;
  keep("ponte.seller", String(id));
  changed();
}

export function sellers() {
  return world.users.filter((user) => user.is_active);
}

export function sellerName(id = world.seller) {
  return world.users.find((user) => user.id === id)?.name ?? "Ana";
}

/* Calls leave one after the other, so fragments reach the sandbox in the order in which they were typed. */
export function say(content, { as = "customer" } = {}) {
  return inLine("/_sandbox/say", { account: ACCOUNT, chat: world.chosen, as, ...content });
}

export function note(text, { as = world.seller } = {}) {
  return inLine("/_sandbox/note", { account: ACCOUNT, lead_id: chosenChat().lead.id, text, as: `user:${as}` });
}

/* The account's language and time zone; empty where no Ponte is beside this sandbox. */
export async function askLanguage() {
  const signal = AbortSignal.timeout(LANGUAGE_MS);
  world.language = await readJson(await fetch("/_sandbox/language", { cache: "no-store", signal }));
  return world.language;
}

/* From now on Ponte writes its notes in this language. */
export async function switchLanguage(locale) {
  if (world.language.locale) world.language = await inLine("/_sandbox/language", { locale });
}

/* Whether Ponte speaks with new customers by its plan, and whether that can be switched from here. */
export async function askPlan() {
  world.plan = await readJson(await fetch("/_sandbox/plan", { cache: "no-store" }));
  changed();
}

export async function switchPlan(on) {
  world.plan = await inLine("/_sandbox/plan", { on });
}

export async function follow() {
  let version = 0;
  for (let failures = 0; ; ) {
    try {
      version = await poll(version);
      failures = 0;
    } catch {
      version = 0; // a sandbox that was started again counts from the beginning
      lost();
      await pause(RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)]);
    }
  }
}

async function poll(version) {
  const wait = world.online && world.loaded ? WAIT_SECONDS : 0;
  const query = new URLSearchParams({ account: ACCOUNT, after: version, wait });
  const state = await readJson(await fetch(`/_sandbox/state?${query}`, { cache: "no-store" }));
  if (state.version !== version || !world.online || !world.loaded) take(state);
  return state.version;
}

function take(state) {
  Object.assign(world, { account: state.account, users: state.users, chats: state.chats, online: true });
  if (!world.loaded) start();
  if (!sellers().some((user) => user.id === world.seller)) world.seller = sellers()[0]?.id ?? 1;
  changed();
}

/* What was there before the visitor came is not news. */
function start() {
  world.loaded = true;
  world.chosen = world.chats[0]?.chat ?? NAMES[0];
  if (!world.chats.length) world.drafts.push(world.chosen);
  world.chats.forEach(markSeen);
}

function lost() {
  if (!world.online) return;
  world.online = false;
  changed();
}

function inLine(path, body) {
  const sent = line.then(() => post(path, body));
  line = sent.catch(() => undefined);
  return sent;
}

async function post(path, body) {
  const headers = { "Content-Type": "application/json" };
  return readJson(await fetch(path, { method: "POST", headers, body: JSON.stringify(body) }));
}

async function readJson(answer) {
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(typeof body.detail === "string" ? body.detail : `HTTP ${answer.status}`);
  return body;
}

function draft(name) {
  const contact = { id: null, name, phone: "" };
  return { chat: name, chat_id: null, talk_id: null, origin: "", contact, lead: null, messages: [], notes: [] };
}

function pause(ms) {
  return new Promise((resume) => setTimeout(resume, ms));
}
