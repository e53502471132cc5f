/* Pure readings of a chat: its timeline, who speaks, what the bot's state is, how far the guide has come. */

const OURS = "[Ponte]";
const STATES = {
  "pt-BR": { off: /^(IA pausada|Conversa passada)/i, on: /^IA (ativa|liberada, aguarda)/i },
  es: { off: /^(IA pausada|Conversación pasada)/i, on: /^IA (activa|liberada, espera)/i },
  en: { off: /^(AI paused|Conversation handed)/i, on: /^AI (active|released)/i },
};
const TAKE = /^\s*\/(assumir|tomar|take)\b/i;
const RELEASE = /^\s*\/(liberar|soltar|release)\b/i;

/* Messages and notes in the order in which they happened. The clock knows seconds only; one counter numbers both. */
export function timeline(chat) {
  const items = [...chat.messages.map(asMessage), ...chat.notes.map(asNote)];
  return items.sort((a, b) => moment(a.at) - moment(b.at) || a.seq - b.seq);
}

export function plain(text) {
  return text.startsWith(OURS) ? text.slice(OURS.length).trim() : text;
}

export function displayName(chat) {
  return chat.contact?.name || chat.chat;
}

/* {tone: "on" | "off" | "unknown", text}: text is null where the page has to find the words itself, as for what was
   said before its language was changed. */
export function botState(chat, language) {
  const notes = timeline(chat).filter((item) => item.kind === "ponte").map((item) => firstLine(item.text));
  const said = [...notes.reverse(), ...tagNames(chat)].find((text) => tone(text) !== "unknown");
  if (said) return { tone: tone(said), text: tone(said, [language]) === "unknown" ? null : said };
  return { tone: chat.messages.some((message) => message.author.type === "bot") ? "on" : "unknown", text: null };
}

export function tagNames(chat) {
  return (chat.lead?.tags ?? []).map((tag) => tag.name ?? String(tag));
}

/* Which of the guide's three steps have been seen to work, in any chat. */
export function progress(chats) {
  const stories = chats.map(timeline);
  return [answered, silenced, returned].map((step) => stories.some(step));
}

function asMessage(message) {
  const kind = { external: "customer", bot: "bot" }[message.author.type] ?? "human";
  return {
    key: `m${message.id}`,
    seq: message.seq,
    kind,
    at: message.created_at,
    name: message.author.name,
    text: message.text ?? "",
    media: message.message_type === "text" ? null : message.message_type,
    status: kind === "customer" ? null : message.delivery_status,
  };
}

function asNote(note) {
  const text = note.text ?? "";
  const kind = text.startsWith(OURS) ? "ponte" : "note";
  const { seq, created_at: at, created_by_name: name } = note;
  return { key: `n${note.id}`, seq, kind, at, name, text: plain(text) };
}

function moment(at) {
  return typeof at === "number" ? at : Math.floor(Date.parse(at) / 1000);
}

function tone(line, languages = Object.keys(STATES)) {
  const states = languages.map((language) => STATES[language]);
  if (states.some((state) => state.off.test(line))) return "off";
  return states.some((state) => state.on.test(line)) ? "on" : "unknown";
}

function firstLine(text) {
  return text.split("\n", 1)[0];
}

function answered(story) {
  return happens(story, isCustomer, isBot);
}

function silenced(story) {
  return happens(story, isTake, (item) => isCustomer(item) || isRelease(item));
}

function returned(story) {
  return happens(story, isTake, isRelease, isBot);
}

/* Whether the story holds these moments, one after the other. */
function happens(story, ...moments) {
  let next = 0;
  for (const item of story) if (next < moments.length && moments[next](item)) next += 1;
  return next === moments.length;
}

function isCustomer(item) {
  return item.kind === "customer";
}

function isBot(item) {
  return item.kind === "bot";
}

function isTake(item) {
  return ["human", "note"].includes(item.kind) && TAKE.test(item.text);
}

function isRelease(item) {
  return ["human", "note"].includes(item.kind) && RELEASE.test(item.text);
}
