/* Search in the full text, by the index that Pagefind made. It needs a host: from a disk nothing can be fetched. */
(async () => {
  "use strict";
  const AT_ONCE = 20;
  const form = document.querySelector("#search");
  const results = document.querySelector("#results");
  const status = document.querySelector("#found");
  const more = document.querySelector("#more");
  const model = document.querySelector("#result").content.firstElementChild;
  const said = new URLSearchParams(location.search);
  let found = [];
  let turn = 0;
  let pagefind;
  try {
    pagefind = await import(`${newsletter.root}pagefind/pagefind.js`);
    await pagefind.options({ baseUrl: "/", excerptLength: 40 });
    await pagefind.init();
  } catch {
    status.textContent = status.dataset.failed;
    return;
  }
  for (const name of Object.keys((await pagefind.filters()).profile ?? {}).sort()) form.profile.append(new Option(name, name));
  for (const name of ["q", "profile", "sort"]) if (said.has(name)) form[name].value = said.get(name);
  for (const name of ["when", "since"]) form[name].closest(".field").remove();

  /** Pagefind's excerpt is markup: only its words and marks are taken from it. */
  const excerpt = (html) => [...new DOMParser().parseFromString(html, "text/html").body.childNodes].map((node) => {
    if (node.nodeName !== "MARK") return node.textContent;
    const mark = document.createElement("mark");
    mark.textContent = node.textContent;
    return mark;
  });

  async function show() {
    const mine = (turn += 1);
    const filters = form.profile.value ? { profile: form.profile.value } : {};
    const sort = form.sort.value === "newest" ? { sort: { date: "desc" } } : {};
    const asked = form.q.value.trim() || form.profile.value;
    const all = asked ? (await pagefind.search(form.q.value.trim() || null, { filters, ...sort })).results : [];
    if (mine !== turn) return; // a later word was typed meanwhile
    found = all;
    const words = status.dataset;
    const text = !asked ? words.full : !found.length ? words.none : found.length === 1 ? words.one : words.many;
    status.textContent = text.replace("{n}", found.length.toLocaleString(document.documentElement.lang));
    results.replaceChildren();
    await page(mine);
  }

  async function page(mine) {
    const start = results.children.length;
    const next = await Promise.all(found.slice(start, start + AT_ONCE).map((result) => result.data()));
    if (mine !== turn) return;
    results.append(...next.map(drawn));
    more.hidden = results.children.length >= found.length;
    newsletter.furnish(results);
    if (start) results.children[start]?.querySelector("a").focus();
  }

  function drawn({ url, excerpt: html, meta, filters }) {
    const made = model.cloneNode(true);
    const file = url.split("/").pop();
    made.querySelector("[data-paper]").dataset.paper = decodeURI(file.replace(/\.html$/, ""));
    made.querySelector("h2 a").href = `${newsletter.root}papers/${file}`;
    made.querySelector("bdi").textContent = meta.title;
    made.querySelector(".names").textContent = meta.authors ?? "";
    made.querySelector(".abstract").append(...excerpt(html));
    newsletter.date(made, meta.date ?? "");
    made.querySelector(".in").textContent = (filters.profile ?? []).join(", ");
    made.querySelector(".source").remove();
    return made;
  }

  function ask() {
    const asked = [...new FormData(form)].filter(([name, value]) => value && !(name === "sort" && value === "best"));
    history.replaceState(null, "", `?${new URLSearchParams(asked)}`);
    show();
  }

  let timer = 0;
  form.addEventListener("submit", (event) => (event.preventDefault(), ask()));
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, 200);
  });
  more.addEventListener("click", () => page(turn));
  form.hidden = false;
  show();
})();
