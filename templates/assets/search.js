/* Search: shards of papers come in as scripts, which work from a disk too, and go into an index slice by slice,
   so that the page never stands still. The first part knows no page. */
(() => {
  "use strict";
  const SLICE_MS = 12;
  const AT_ONCE = 20;
  const FIELDS = ["title", "authors", "terms", "profiles", "abstract", "ids"];
  const BOOST = { title: 4, ids: 4, authors: 3, terms: 2, profiles: 1.5, abstract: 1 };
  const ROW = ["slug", "title", "authors", "ids", "terms", "profiles", "date", "abstract"];
  const DAYS = { day: 0, week: 6, month: 30, year: 365 };

  const STOP = new Set(["", ..."a an and are as at by for from in is of on or that the this to we with".split(" ")]);

  const folded = (text) => text.normalize("NFKD").replace(/\p{M}+/gu, "").toLowerCase();
  const spaced = (text) => ` ${folded(text).replace(/[\s\p{P}]+/gu, " ").trim()} `;

  /** What was typed: bare words, "phrases", author:name, title:word, and -word for what shall not be there. */
  function parsed(typed) {
    const query = { words: [], phrases: [], fields: [], without: [] };
    for (const [, not, field, quoted, bare] of typed.matchAll(/(-?)(?:(author|title):)?(?:"([^"]*)"?|(\S+))/giu)) {
      const text = (quoted ?? bare).trim();
      if (!spaced(text).trim()) continue;
      if (not) query.without.push(text);
      else if (field) query.fields.push([field.toLowerCase() === "author" ? "authors" : "title", text]);
      else (quoted === undefined ? query.words : query.phrases).push(text);
    }
    return query;
  }

  /** The same as MiniSearch wants it: all of them, or any of the words. */
  function expression({ words, phrases, fields, without }, combineWith = "AND") {
    const exact = (text, more) => ({ queries: [text], combineWith: "AND", prefix: false, fuzzy: false, ...more });
    const parts = [
      ...(words.length ? [{ queries: [words.join(" ")], combineWith }] : []),
      ...phrases.map((text) => exact(text)),
      ...fields.map(([field, text]) => exact(text, { fields: [field], prefix: true })),
    ];
    const wanted = parts.length ? { queries: parts, combineWith: "AND" } : MiniSearch.wildcard;
    return without.length ? { queries: [wanted, ...without.map((text) => exact(text))], combineWith: "AND_NOT" } : wanted;
  }

  /** Whether a paper holds the phrases as they stand. */
  function holds(paper, phrases) {
    return phrases.map(spaced).every((phrase) => FIELDS.some((field) => spaced(paper[field]).includes(phrase)));
  }

  /** The first day that counts: `when` counts back from the newest paper, never from the clock. */
  function firstDay(when, since, newest) {
    if (!(when in DAYS) || !newest) return since;
    const day = new Date(Date.parse(newest) - DAYS[when] * 864e5).toISOString().slice(0, 10);
    return day > since ? day : since;
  }

  /** A text in pieces, [words, whether a search found them]. */
  const pieces = (text, terms) =>
    text.split(/([\s\p{P}]+)/u).map((piece, n) => [piece, n % 2 === 0 && terms.has(folded(piece))]);

  const options = {
    fields: FIELDS,
    storeFields: [],
    processTerm: (term) => (STOP.has(folded(term)) ? null : folded(term)),
    searchOptions: {
      boost: BOOST,
      prefix: (term, n, terms) => term.length > (n === terms.length - 1 ? 1 : 2),
      fuzzy: (term) => (term.length > 4 && !/\d/.test(term) ? 0.2 : false),
      maxFuzzy: 2,
      weights: { prefix: 0.6, fuzzy: 0.25 },
    },
  };

  const search = { folded, parsed, expression, holds, firstDay, pieces, options };
  if (!globalThis.document) return Object.assign(globalThis, { search });

  // ----------------------------------------------------------------------------------------- the page

  const form = document.querySelector("#search");
  const results = document.querySelector("#results");
  const status = document.querySelector("#found");
  const more = document.querySelector("#more");
  const model = document.querySelector("#result").content.firstElementChild;
  const papers = [];
  const index = new MiniSearch(options);
  const said = new URLSearchParams(location.search);
  const coming = document.querySelector("#coming");
  let manifest = null;
  let found = [];
  let indexed = 0;
  let timer = 0;

  const number = (n) => n.toLocaleString(document.documentElement.lang);
  const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const pause = () => new Promise((go) => {
    const { port1, port2 } = new MessageChannel(); // timers wait four milliseconds each time, messages do not
    port1.onmessage = () => (port1.close(), go());
    port2.postMessage(0);
  });

  const load = (file) => new Promise((loaded) => {
    const script = document.createElement("script");
    script.onload = script.onerror = loaded;
    script.src = `${newsletter.root}search/${file}`;
    document.head.append(script);
  });

  globalThis.listedPapers = (rows) => {
    for (const row of rows) papers.push(Object.fromEntries(ROW.map((name, n) => [name, row[n]])));
  };

  globalThis.searchable = async (what) => {
    manifest = what;
    for (const [slug, title] of Object.entries(what.profiles)) form.profile.append(new Option(title, slug));
    form.profile.value = said.get("profile") ?? "";
    let next = what.shards.length && load(what.shards[0]);
    for (let n = 0; n < what.shards.length; n += 1) {
      await next;
      next = what.shards[n + 1] && load(what.shards[n + 1]); // it comes while this one is taken in
      await take();
      if (n === 0) show();
    }
    coming.remove();
    show();
  };

  async function take() {
    let start = performance.now();
    for (; indexed < papers.length; indexed += 1) {
      const { profiles, ...paper } = papers[indexed];
      const titles = profiles.split(" ").map((slug) => manifest.profiles[slug] ?? "");
      index.add({ id: indexed, profiles: titles.join(" "), ...paper });
      if (performance.now() - start > SLICE_MS) {
        coming.textContent = filled(coming.dataset.loading, { n: number(indexed), all: number(manifest.papers) });
        await pause();
        start = performance.now();
      }
    }
  }

  function matches() {
    const query = parsed(form.q.value);
    const first = firstDay(form.when.value, form.since.value, manifest.newest);
    const profile = form.profile.value; // asked of the form once, not for each of ten thousand
    const filter = ({ id }) => {
      const paper = papers[id];
      const fits = !profile || paper.profiles.split(" ").includes(profile);
      return fits && paper.date >= first && holds(paper, query.phrases);
    };
    const all = index.search(expression(query), { filter });
    if (all.length || query.words.length < 2) return [all, false];
    return [index.search(expression(query, "OR"), { filter }), true];
  }

  function show() {
    if (!manifest) return;
    const asked = ["q", "profile", "when", "since"].some((name) => form[name].value.trim());
    const [all, loose] = asked ? matches() : [[], false];
    const typed = form.q.value.trim();
    const later = ({ id: a }, { id: b }) => (papers[a].date === papers[b].date ? a - b : papers[a].date < papers[b].date ? 1 : -1);
    found = form.sort.value === "newest" || !typed ? all.sort(later) : all;
    const words = status.dataset;
    const begun = typed.length === 1 && !found.length; // of a word that is being typed
    const text = !asked || begun ? words.ready : !found.length ? words.none : loose ? words.some : found.length === 1 ? words.one : words.many;
    status.textContent = filled(text, { n: number(found.length), all: number(papers.length) });
    results.replaceChildren();
    page();
  }

  function page() {
    const start = results.children.length;
    results.append(...found.slice(start, start + AT_ONCE).map(drawn));
    more.hidden = results.children.length >= found.length;
    newsletter.furnish(results);
    return results.children[start];
  }

  function drawn({ id, match }) {
    const paper = papers[id];
    const terms = new Set(Object.keys(match));
    const made = model.cloneNode(true);
    const put = (name, text) => {
      const place = made.querySelector(name);
      place.replaceChildren(...pieces(text, terms).map(([piece, hit]) => {
        if (!hit) return piece;
        const mark = document.createElement("mark");
        mark.textContent = piece;
        return mark;
      }));
      return place;
    };
    made.querySelector("[data-paper]").dataset.paper = paper.slug;
    put("bdi", paper.title).parentElement.href = `${newsletter.root}papers/${encodeURI(paper.slug)}.html`;
    put(".names", paper.authors);
    put(".abstract", paper.abstract);
    newsletter.date(made, paper.date);
    const profiles = paper.profiles.split(" ").map((slug) => manifest.profiles[slug]).filter(Boolean);
    made.querySelector(".in").textContent = profiles.join(", ");
    const arxiv = /^\d{4}\.\d{4,5}|^[a-z-]+\/\d{7}/.exec(paper.ids)?.[0];
    const link = made.querySelector(".source");
    if (arxiv) link.href = `https://arxiv.org/abs/${arxiv}`;
    else link.remove();
    return made;
  }

  /** The address says what is looked for: it can be kept, sent and gone back to. */
  function remember() {
    const said = [...new FormData(form)].filter(([name, value]) => value && !(name === "sort" && value === "best"));
    try {
      history.replaceState(null, "", `?${new URLSearchParams(said)}`);
    } catch {
      // some browsers keep addresses of files as they are
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    remember();
    show();
  });
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => (remember(), show()), 120);
  });
  more.addEventListener("click", () => page()?.querySelector("a").focus());
  for (const name of ["q", "when", "since", "sort"]) if (said.has(name)) form[name].value = said.get(name);
  if (!form.sort.value) form.sort.value = "best";
  form.hidden = false;
  load("manifest.js").then(() => manifest || (status.textContent = status.dataset.failed));
})();
