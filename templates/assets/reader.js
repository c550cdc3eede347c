/* Reading: marks for read and saved papers, keys, the theme, copying. Words stand in the page, not here.
   A paper on a page is an element with data-paper, the name of its page. */
(() => {
  "use strict";
  const { store, theme } = newsletter;
  const MOST_READ = 5000;
  const page = document.documentElement;
  const part = (name) => document.getElementById("tools").content.querySelector(`.${name}`).cloneNode(true);
  const readOnes = () => store.get("read", []);
  const savedOnes = () => store.get("saved", {});
  const titleOf = (paper) => paper.querySelector("h1, h2 a, h3 a, h4 a, h5 a, a");
  const isPage = (paper) => paper.matches(".paper");
  const say = document.body.appendChild(part("say"));

  /** What the page tells of a paper, enough to cite it. */
  function facts(paper) {
    const names = paper.querySelector(".names")?.textContent.trim() ?? "";
    const links = [...paper.querySelectorAll(".facts a, .buttons a")].map((link) => link.href);
    const found = (pattern) => links.map((url) => pattern.exec(url)?.[1]).find(Boolean) ?? "";
    const known = (name) => document.querySelector(`meta[name=citation_${name}]`)?.content ?? "";
    const arxiv = found(/arxiv\.org\/abs\/([^?#]+)/).replace(/v\d+$/, "");
    const published = isPage(paper) ? known("publication_date") : "";
    return {
      title: isPage(paper) ? known("title") : titleOf(paper).textContent.trim(),
      authors: names ? names.split(/,\s+/) : [],
      more: Boolean(paper.querySelector(".names ~ .others")),
      arxiv,
      doi: decodeURI(found(/doi\.org\/([^?#]+)/)),
      year: published.slice(0, 4) || (/^\d{4}\./.test(arxiv) ? `20${arxiv.slice(0, 2)}` : ""),
      url: [...links.filter((url) => /arxiv\.org|doi\.org|\.pdf$/.test(url)), titleOf(paper).href ?? location.href][0],
      saved: new Date().toISOString().slice(0, 10),
    };
  }

  function setRead(paper, is) {
    const others = readOnes().filter((slug) => slug !== paper.dataset.paper);
    store.set("read", is ? [...others, paper.dataset.paper].slice(-MOST_READ) : others);
    refresh();
  }

  function setSaved(paper, is) {
    const { [paper.dataset.paper]: before, ...others } = savedOnes();
    const lasts = store.set("saved", is ? { ...others, [paper.dataset.paper]: before ?? facts(paper) } : others);
    say.textContent = lasts ? say.dataset[is ? "saved" : "unsaved"] : say.dataset.blocked;
    refresh();
  }

  const does = {
    read: (paper) => setRead(paper, !readOnes().includes(paper.dataset.paper)),
    save: (paper) => setSaved(paper, !(paper.dataset.paper in savedOnes())),
  };

  /** Gives each paper below an element its buttons. */
  function furnish(place) {
    for (const paper of place.querySelectorAll("[data-paper]:not(li, :has(.marks))")) {
      const marks = part("marks");
      for (const button of marks.children)
        button.addEventListener("click", () => does[button.dataset.does](paper));
      (paper.querySelector("header") ?? paper).append(marks);
    }
    refresh();
  }

  /** Brings what is shown to what is kept. */
  function refresh() {
    const read = new Set(readOnes());
    const saved = savedOnes();
    const papers = [...document.querySelectorAll("[data-paper]")];
    for (const paper of papers) {
      const is = { read: read.has(paper.dataset.paper), save: paper.dataset.paper in saved };
      paper.classList.toggle("is-read", is.read);
      for (const button of paper.querySelectorAll(".marks button")) {
        const { does: what, on, off } = button.dataset;
        button.textContent = is[what] ? on : off;
        button.classList.toggle("is-on", is[what]);
        button.setAttribute("aria-label", `${button.textContent}: ${titleOf(paper).textContent.trim().slice(0, 120)}`);
      }
    }
    const hides = store.get("unread", false);
    page.toggleAttribute("data-unread", hides);
    unread.setAttribute("aria-pressed", hides);
    const hidden = papers.filter((paper) => hides && paper.matches(".is-read:not(.paper, [data-keeps] *)"));
    const n = new Set(hidden.map((paper) => paper.dataset.paper)).size;
    count.textContent = n ? count.dataset.hidden.replace("{n}", n) : "";
  }

  // ---------------------------------------------------------------------------------------- the tools

  const tools = part("tools");
  const unread = tools.querySelector("[data-does=unread]");
  const count = tools.querySelector("[role=status]");
  const choice = tools.querySelector("select");
  const help = document.body.appendChild(part("help"));
  const keysOn = help.querySelector("input");

  choice.value = theme.get();
  choice.addEventListener("change", () => theme.set(choice.value));
  unread.hidden = !document.querySelector("[data-paper]:not(.paper, [data-keeps] *)");
  unread.addEventListener("click", () => {
    store.set("unread", !store.get("unread", false));
    refresh();
  });
  tools.querySelector("[data-does=help]").addEventListener("click", () => help.showModal());
  keysOn.checked = store.get("keys", true);
  keysOn.addEventListener("change", () => store.set("keys", keysOn.checked));
  document.querySelector("[data-tools]")?.append(tools);

  for (const code of document.querySelectorAll("pre")) {
    const over = part("over");
    const [copies, loads] = over.children;
    const name = code.closest("details")?.querySelector("summary").textContent ?? "";
    for (const button of over.children) if (name) button.setAttribute("aria-label", `${button.textContent}: ${name}`);
    copies.addEventListener("click", () => copy(code, copies));
    if (code.dataset.file) loads.addEventListener("click", () => download(code.dataset.file, "text/plain", `${code.textContent}\n`));
    else loads.remove();
    code.before(over);
  }

  function download(name, type, text) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  async function copy(code, button) {
    try {
      await navigator.clipboard.writeText(code.textContent);
    } catch {
      getSelection().selectAllChildren(code); // no clipboard without https: an old way
      if (!document.execCommand("copy")) return;
    }
    say.textContent = button.dataset.done;
    button.textContent = button.dataset.done;
  }

  // ----------------------------------------------------------------------------------------- the keys

  let current = null;
  let going = 0;

  const shown = () =>
    [...document.querySelectorAll("[data-paper]:not(.paper)")].filter((paper) => paper.getClientRects().length);
  const here = () => document.activeElement.closest("[data-paper]") ?? (current?.isConnected ? current : null);
  const paperHere = () => here() ?? document.querySelector(".paper[data-paper]");

  function step(by) {
    const papers = shown();
    const at = papers.indexOf(here());
    const next = papers[at < 0 ? (by > 0 ? 0 : papers.length - 1) : at + by];
    if (!next) return;
    current = next;
    titleOf(next).focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  }

  const keys = {
    j: () => step(1),
    k: () => step(-1),
    o: () => here() && titleOf(here()).click(),
    s: () => paperHere() && does.save(paperHere()),
    m: () => {
      const paper = paperHere();
      if (!paper) return;
      if (store.get("unread", false) && !isPage(paper)) step(1); // what is marked is about to vanish
      does.read(paper);
    },
    u: () => unread.hidden || unread.click(),
    "/": () => (document.querySelector("main input[type=search]") ?? document.querySelector("input[type=search]"))?.focus(),
    "?": () => help.showModal(),
    g: () => (going = Date.now()),
  };

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea, [contenteditable]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    if (!store.get("keys", true)) return;
    const there = Date.now() - going < 1500 && document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
    const act = there ? () => there.click() : Object.hasOwn(keys, event.key) && keys[event.key];
    going = 0;
    if (!act) return;
    event.preventDefault();
    act();
  });

  // ------------------------------------------------------------------------------------------- at once

  /** Writes a date as the pages do: 7 August 2026, 7. August 2026. */
  let long; // to make one takes as long as to write twenty dates
  function date(place, day) {
    const time = place.querySelector("time");
    time.dateTime = day;
    long ??= new Intl.DateTimeFormat(page.lang === "en" ? "en-GB" : page.lang, { dateStyle: "long", timeZone: "UTC" });
    time.textContent = day && long.format(new Date(day));
  }

  Object.assign(newsletter, { date, download, furnish });
  furnish(document);
  const own = document.querySelector(".paper[data-paper]");
  if (own && !readOnes().includes(own.dataset.paper)) setRead(own, true);
  const find = document.querySelector(".find");
  const names = find && own?.querySelector(".names");
  names?.replaceChildren(...names.textContent.split(", ").flatMap((name, n) => {
    const link = document.createElement("a"); // to what else is by that name
    link.href = `${find.action}?q=${encodeURIComponent(`"${name}"`)}`;
    link.textContent = name;
    return n ? [", ", link] : [link];
  }));
  store.watch(refresh);
  addEventListener("pageshow", (event) => event.persisted && refresh());
})();
