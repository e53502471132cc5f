/* The few things every part of the page does to the document. All text goes in as text, never as markup. */

export const byId = (id) => document.getElementById(id);

export function make(tag, className = "", ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/* Makes the list show the items, touching only what changed, so that focus, selection and animations stay. */
export function reconcile(list, items, draw) {
  const old = new Map([...list.children].map((node) => [node.dataset.key, node]));
  let cursor = list.firstElementChild;
  for (const item of items) {
    const node = refreshed(old.get(item.key), item, draw);
    old.delete(item.key);
    if (node === cursor) cursor = cursor.nextElementSibling;
    else list.insertBefore(node, cursor);
  }
  for (const gone of old.values()) gone.remove();
}

/* An option list keeps its value while the options come and go. */
export function fillSelect(select, options, value) {
  const print = JSON.stringify(options);
  if (select.dataset.print !== print) {
    select.replaceChildren(...options.map((option) => new Option(option.text, option.value)));
    select.dataset.print = print;
  }
  select.value = value;
}

/* Enter sends, Shift+Enter is a new line, and Enter that ends an input method's word sends nothing. */
export function sendOnEnter(textarea) {
  textarea.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    textarea.form.requestSubmit();
  });
}

export function scrolledToEnd(box) {
  return box.scrollHeight - box.scrollTop - box.clientHeight < 80;
}

function refreshed(node, item, draw) {
  const print = JSON.stringify(item);
  if (node?.dataset.print === print) return node;
  const fresh = draw(item);
  fresh.dataset.key = item.key;
  fresh.dataset.print = print;
  return node ? moved(node, fresh) : fresh;
}

function moved(node, fresh) {
  const focused = node.contains(document.activeElement);
  node.className = `${fresh.className} settled`;
  node.dataset.print = fresh.dataset.print;
  node.replaceChildren(...fresh.childNodes);
  if (focused) node.querySelector("button")?.focus();
  return node;
}
