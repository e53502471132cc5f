/* The right side: the salesperson's inbox, with the chats, the conversation and its notes, and the composer. */

import { drawCard } from "/page/card.js";
import { byId, fillSelect, make, reconcile, scrolledToEnd, sendOnEnter } from "/page/dom.js";
import { clock, language, t } from "/page/language.js";
import { bubbleText, mediaName } from "/page/phone.js";
import { botState, displayName, timeline } from "/page/reading.js";
import { choose, chooseSeller, chosenChat, markSeen, note, say, sellers, unread, world } from "/page/world.js";

let shown = null;

export function startInbox() {
  byId("seller-form").addEventListener("submit", submit);
  byId("seller-form").addEventListener("input", drawComposer);
  byId("seller-pick").addEventListener("input", (event) => chooseSeller(Number(event.target.value)));
  byId("commands").addEventListener("click", (event) => {
    const command = event.target.dataset.command;
    if (command) sendAsSeller(() => note(command));
  });
  sendOnEnter(byId("seller-text"));
}

export function drawInbox() {
  const chat = chosenChat();
  markSeen(chat);
  reconcile(byId("chat-list"), [...world.chats].sort(newestFirst).map(asEntry), drawEntry);
  byId("chats-empty").hidden = world.chats.length > 0;
  byId("talk-name").textContent = displayName(chat);
  drawBotState(chat);
  drawCard(byId("card"), chat);
  drawComposer(); // before the feed: its hint may take a line more, and the feed's end moves with it
  drawFeed(chat);
}

export async function sendAsSeller(call) {
  byId("seller-trouble").textContent = "";
  try {
    await call();
    return true;
  } catch (error) {
    byId("seller-trouble").textContent = t("trouble", { reason: error.message });
    return false;
  }
}

function drawBotState(chat) {
  const state = botState(chat, language());
  byId("bot-state").className = `bot-state ${state.tone}`;
  const text = state.text ?? t({ on: "botOn", off: "botOff", unknown: "botUnknown" }[state.tone]);
  if (byId("bot-state-text").textContent !== text) byId("bot-state-text").textContent = text;
}

function drawFeed(chat) {
  const feed = byId("feed");
  const stay = scrolledToEnd(feed) || shown !== chat.chat;
  const items = timeline(chat);
  shown = chat.chat;
  byId("feed-empty").hidden = items.length > 0;
  reconcile(byId("feed-items"), items.map(asFeedItem), drawFeedItem);
  if (stay) feed.scrollTop = feed.scrollHeight;
}

function asFeedItem(item) {
  const status = item.status && ["sent", "delivered", "read", "error"].includes(item.status) ? t(item.status) : null;
  return { ...item, time: clock(item.at), title: author(item), status, language: language() };
}

/* Who wrote it, in the reader's language; used here and by the announcer. */
export function author(item) {
  if (item.kind === "ponte") return t("noteByPonte");
  if (item.kind === "note") return t("noteBy", { name: item.name ?? t("human") });
  if (item.kind === "bot") return t("bot");
  return item.name || t(item.kind);
}

function drawFeedItem(item) {
  const facts = [item.time, item.status].filter(Boolean).join(" · ");
  const head = make("p", "by", make("strong", "", item.title), make("span", "facts", facts));
  return make("li", `item ${item.kind}`, head, bubbleText(item));
}

function newestFirst(a, b) {
  return lastSeq(b) - lastSeq(a);
}

function lastSeq(chat) {
  return Math.max(0, ...chat.messages.map((message) => message.seq));
}

function asEntry(chat) {
  const last = timeline(chat).findLast((item) => ["customer", "bot", "human"].includes(item.kind));
  return {
    key: chat.chat,
    name: displayName(chat),
    preview: last ? last.text || mediaName(last.media) : "",
    time: last ? clock(last.at) : "",
    current: chat.chat === world.chosen,
    unread: unread(chat) ? t("unread") : null,
  };
}

function drawEntry(entry) {
  const name = make("span", "name", entry.name);
  const news = entry.unread ? make("span", "unread", make("span", "sr", entry.unread)) : null;
  const top = make("span", "entry-top", name, make("span", "facts", entry.time));
  const button = make("button", "entry", face(entry.name), top, make("span", "preview", entry.preview), news);
  button.type = "button";
  if (entry.current) button.setAttribute("aria-current", "true");
  button.addEventListener("click", () => choose(entry.key));
  return make("li", "", button);
}

export function face(name) {
  const hue = [...name].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % 5;
  const node = make("span", `face hue-${hue}`, [...name][0]?.toUpperCase() ?? "?");
  node.setAttribute("aria-hidden", "true");
  return node;
}

function mode() {
  return new FormData(byId("seller-form")).get("mode");
}

function drawComposer() {
  const chat = chosenChat();
  const text = byId("seller-text");
  const isNote = mode() === "note";
  const ready = chat.messages.length > 0 && (!isNote || chat.lead !== null);
  fillSelect(byId("seller-pick"), sellers().map((user) => ({ text: user.name, value: String(user.id) })), String(world.seller));
  byId("seller-form").classList.toggle("as-note", isNote);
  text.placeholder = t(isNote ? "noteText" : "messageText");
  text.setAttribute("aria-label", text.placeholder);
  byId("seller-send").disabled = !ready;
  for (const button of byId("commands").children) button.disabled = chat.lead === null;
  drawHint({ isNote, hasLead: chat.lead !== null });
}

function drawHint({ isNote, hasLead }) {
  const risky = !isNote && byId("seller-text").value.trimStart().startsWith("/");
  const key = risky ? "hintCommand" : "hint";
  byId("seller-hint").textContent = t(hasLead ? key : "hintNoLead");
  byId("seller-hint").classList.toggle("risky", hasLead && risky);
}

async function submit(event) {
  event.preventDefault();
  const box = byId("seller-text");
  const text = box.value.trim();
  if (!text || byId("seller-send").disabled) return;
  const call = mode() === "note" ? () => note(text) : () => say({ text }, { as: `user:${world.seller}` });
  box.value = "";
  drawComposer();
  if (!(await sendAsSeller(call))) box.value ||= text;
}
