/* The left side: the customer's phone. The customer sees one business, whoever of it is writing. */

import { byId, fillSelect, make, reconcile, scrolledToEnd, sendOnEnter } from "/page/dom.js";
import { clock, language, t } from "/page/language.js";
import { displayName, timeline } from "/page/reading.js";
import { allChats, choose, chosenChat, freeName, say, world } from "/page/world.js";

let shown = null;

export function startPhone() {
  byId("phone-form").addEventListener("submit", submit);
  byId("send-picture").addEventListener("click", () => sendAsCustomer({ media: { type: "picture" } }));
  byId("send-voice").addEventListener("click", () => sendAsCustomer({ media: { type: "voice" } }));
  byId("customer-pick").addEventListener("change", (event) => choose(event.target.value));
  sendOnEnter(byId("phone-text"));
  startNewChat();
}

export function drawPhone() {
  const chat = chosenChat();
  const items = timeline(chat).filter((item) => ["customer", "bot", "human"].includes(item.kind));
  fillSelect(byId("customer-pick"), allChats().map(asOption), chat.chat);
  byId("store-name").textContent = world.account.name ?? t("storeFallback");
  byId("phone-empty").hidden = items.length > 0;
  drawBubbles(chat, items);
}

export async function sendAsCustomer(content) {
  byId("phone-trouble").textContent = "";
  try {
    await say(content);
  } catch (error) {
    byId("phone-trouble").textContent = t("trouble", { reason: error.message });
    byId("phone-text").value ||= content.text ?? "";
  }
}

/* What stands in the bubble: the words, or the name of what cannot be shown. */
export function bubbleText(item) {
  const media = item.media ? make("span", "media", mediaIcon(item.media), mediaName(item.media)) : null;
  return make("p", "words", media, media && item.text ? "\n" : null, item.text);
}

export function mediaName(type) {
  return t({ picture: "picture", voice: "voice" }[type] ?? "file");
}

function mediaIcon(type) {
  return byId(type === "voice" ? "send-voice" : "send-picture").querySelector("svg").cloneNode(true);
}

function drawBubbles(chat, items) {
  const screen = byId("phone-screen");
  const stay = scrolledToEnd(screen) || shown !== chat.chat;
  shown = chat.chat;
  reconcile(byId("phone-bubbles"), items.map(asBubble), drawBubble);
  if (stay) screen.scrollTop = screen.scrollHeight;
}

function asBubble(item) {
  const who = t(item.kind === "customer" ? "customer" : "storeFallback");
  return { ...item, who, time: clock(item.at), language: language() };
}

function drawBubble(item) {
  const mine = item.kind === "customer";
  const who = make("span", "sr", `${item.who}: `);
  const time = make("time", "", item.time);
  return make("li", mine ? "bubble mine" : "bubble theirs", who, bubbleText(item), time);
}

function asOption(chat) {
  return { text: displayName(chat), value: chat.chat };
}

function submit(event) {
  event.preventDefault();
  const text = byId("phone-text").value.trim();
  if (!text) return;
  byId("phone-text").value = "";
  sendAsCustomer({ text });
}

function startNewChat() {
  const dialog = byId("new-dialog");
  byId("new-chat").addEventListener("click", () => {
    byId("new-name").value = freeName();
    dialog.showModal();
    byId("new-name").select();
  });
  byId("new-cancel").addEventListener("click", () => dialog.close());
  byId("new-form").addEventListener("submit", createChat);
}

function createChat(event) {
  event.preventDefault();
  const name = byId("new-name").value.trim();
  if (!name) return;
  choose(name);
  byId("new-dialog").close(); // gives the focus back to the button, from where it moves on
  byId("phone-text").focus();
}
