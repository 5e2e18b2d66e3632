"use strict";
// Draws a task when it is opened, and filters and sorts the list. What a model wrote is only ever set as text.

const SVG = "http://www.w3.org/2000/svg";

function set(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false && child !== ""));
  return node;
}
const el = (name, attributes = {}, ...children) => set(document.createElement(name), attributes, children);
const svg = (name, attributes = {}, ...children) => set(document.createElementNS(SVG, name), attributes, children);
// Shares are written as nlevolve/view/text.py writes them: halves go up, only all is 100% and only none is 0%.
const NOTHING = 1e-9;
function hundredths(share) {
  const tenths = Math.floor((share + NOTHING) * 1000 + 0.5);
  return (share < 1 - NOTHING ? Math.min(999, tenths) : tenths) / 10;
}
function percent(share) {
  const shown = hundredths(share) || (share > NOTHING ? 0.1 : 0);
  return shown === 0 || shown === 100 ? `${shown}%` : `${shown.toFixed(1)}%`;
}
function points(difference) {
  const shown = hundredths(Math.abs(difference)).toFixed(1);
  return `${difference < 0 && shown !== "0.0" ? "−" : "+"}${shown}`;
}
const plural = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;
const OPERATORS = { write: "written", revise: "revised", recombine: "recombined", generalise: "generalised", alternative: "an alternative", restart: "begun anew" };
const BORN = { ...OPERATORS, given: "given" };

// ---- data --------------------------------------------------------------------------------------------------------------

async function inflate(text) {
  const bytes = Uint8Array.from(atob(text), (mark) => mark.charCodeAt(0));
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Response(plain).json();
}

function unpack(packed) {
  const grids = packed.grids.map((rows) => rows.split("/"));
  const grid = (place) => (place === null || place === undefined ? null : grids[place]);
  return { ...packed, grid, births: packed.births, at: new Map(packed.births.map((birth) => [birth.i, birth])) };
}

// ---- grids -------------------------------------------------------------------------------------------------------------

const size = (rows) => `${rows.length}×${rows[0].length}`;
const sameSize = (a, b) => a.length === b.length && a[0].length === b[0].length;

function wrongCells(got, want) {
  const wrong = [];
  got.forEach((row, y) => [...row].forEach((cell, x) => cell !== want[y][x] && wrong.push([x, y])));
  return wrong;
}

function drawGrid(rows, label, wrong = []) {
  const [height, width] = [rows.length, rows[0].length];
  const cell = Math.max(4, Math.min(22, Math.floor(170 / Math.max(height, width))));
  const paths = new Map();
  rows.forEach((row, y) => {
    for (let x = 0; x < width; ) {
      let end = x + 1;
      while (end < width && row[end] === row[x]) end += 1;
      if (row[x] !== "0") paths.set(row[x], `${paths.get(row[x]) || ""}M${x} ${y}h${end - x}v1H${x}z`);
      x = end;
    }
  });
  let lines = "";
  for (let x = 1; x < width; x += 1) lines += `M${x} 0V${height}`;
  for (let y = 1; y < height; y += 1) lines += `M0 ${y}H${width}`;
  const cross = wrong.map(([x, y]) => `M${x + 0.3} ${y + 0.3}l.4 .4m0 -.4l-.4 .4`).join("");
  return svg(
    "svg",
    { class: "grid", viewBox: `0 0 ${width} ${height}`, width: width * cell, height: height * cell, role: "img", "aria-label": label },
    [...paths].map(([colour, d]) => svg("path", { class: `c${colour}`, d })),
    svg("path", { class: "lines", d: lines }),
    cross && svg("path", { class: "cross under", d: cross }),
    cross && svg("path", { class: "cross", d: cross }),
  );
}

// A grid under its caption; beside the truth it is said what is wrong with it.
function figure(caption, rows, truth = null) {
  if (!rows) return el("figure", {}, el("figcaption", {}, caption), el("div", { class: "nothing" }, "no grid"));
  if (!truth) return el("figure", {}, el("figcaption", {}, `${caption} · ${size(rows)}`), drawGrid(rows, `${caption}, ${size(rows)}`));
  if (!sameSize(rows, truth)) {
    const said = `${caption}: ${size(rows)}, not ${size(truth)}`;
    return el("figure", { class: "off" }, el("figcaption", {}, said), drawGrid(rows, said));
  }
  const wrong = wrongCells(rows, truth);
  const said = wrong.length ? `${caption}: ${wrong.length} of ${plural(rows.length * rows[0].length, "cell")} wrong` : `${caption}: right`;
  return el("figure", { class: wrong.length ? "off" : "right" }, el("figcaption", {}, said), drawGrid(rows, said, wrong));
}

// ---- test inputs -------------------------------------------------------------------------------------------------------

function drawTests(task, choose) {
  return task.tests.map((test, n) => {
    const [input, truth, one, two] = [test.in, test.out, test.one, test.two].map(task.grid);
    const others = test.all.filter(([place]) => place !== test.one && place !== test.two);
    const votes = test.all.map(([, vote]) => vote);
    return el(
      "section",
      {},
      el("h3", {}, task.tests.length > 1 ? `Test input ${n + 1}` : "Test input"),
      el(
        "div",
        { class: "grids" },
        figure("input", input),
        truth && figure("solution", truth),
        figure("attempt 1", one, truth),
        two && two !== one ? figure("attempt 2", two, truth) : null,
      ),
      [one, two === one ? null : two].map((grid, place) => grid && drawBacking(task, test, place, choose)),
      test.said.map((line) => el("p", { class: "small quiet" }, `${line[0].toUpperCase()}${line.slice(1)}.`)),
      votes.length > 1 && el("p", { class: "small quiet" }, `Votes for the ${plural(test.all.length, "grid")} proposed: ${votes.map((v) => +v.toFixed(2)).join(", ")}.`),
      others.length > 0 &&
        el(
          "details",
          { class: "small" },
          el("summary", {}, `${plural(others.length, "other grid")} proposed`),
          el("div", { class: "grids" }, others.map(([place, vote]) => figure(plural(+vote.toFixed(2), "vote"), task.grid(place), truth))),
        ),
    );
  });
}

// Which births gave an attempt's grid, and what their votes add up to.
function drawBacking(task, test, place, choose) {
  const births = test.by[place];
  const vote = test.all.find(([grid]) => grid === (place ? test.two : test.one))?.[1];
  const guesses = test.guesses[place];
  if (!births.length && !guesses) return null;
  const named = births.flatMap(([birth, often], n) => [n ? ", " : "", birthLink(birth, choose), often > 1 ? ` ${often}×` : ""]);
  if (guesses) named.push(`${births.length ? ", " : ""}${guesses} direct ${guesses === 1 ? "guess" : "guesses"}`);
  return el("p", { class: "small quiet backing" }, `Attempt ${place + 1}: from `, named, vote ? `, ${plural(+vote.toFixed(2), "vote")}` : "", test.picked[place] ? `, ${test.picked[place]}` : "");
}

function birthLink(birth, choose) {
  const button = el("button", { type: "button" }, `#${birth}`);
  button.addEventListener("click", () => choose(birth));
  return button;
}

// ---- the family tree ---------------------------------------------------------------------------------------------------

function mark(operator, x, y, r = 6) {
  if (operator === "revise") return svg("path", { class: "mark", d: `M${x} ${y - r - 1}L${x + r + 1} ${y + r - 1}H${x - r - 1}z` });
  if (operator === "recombine") return svg("path", { class: "mark", d: `M${x} ${y - r - 2}L${x + r + 2} ${y}L${x} ${y + r + 2}L${x - r - 2} ${y}z` });
  if (operator === "generalise") return svg("path", { class: "mark", d: `M${x} ${y + r + 1}L${x + r + 1} ${y - r + 1}H${x - r - 1}z` });
  if (operator === "alternative") return svg("rect", { class: "mark", x: x - r, y: y - r, width: 2 * r, height: 2 * r });
  if (operator === "restart") return svg("rect", { class: "mark", x: x - r, y: y - r, width: 2 * r, height: 2 * r, rx: r / 2 });
  return svg("circle", { class: "mark", cx: x, cy: y, r });
}

function ancestors(task, birth) {
  const found = new Set();
  const queue = [birth];
  while (queue.length) {
    const next = queue.pop();
    if (found.has(next)) continue;
    found.add(next);
    queue.push(...(task.at.get(next)?.by ?? []));
  }
  return found;
}

function describe(birth, task) {
  return `birth ${birth.i}, ${BORN[birth.op]}, ${birth.x} of ${plural(birth.tries.length, "pair")} exact, ${percent(birth.acc)} of cells` + (birth.i === task.best ? ", the best" : "");
}

// Births from left to right, cell accuracy upwards, a line from each parent; as wide as there is room, or scrolled.
function drawFamily(task, room, choose) {
  const last = Math.max(...task.births.map((b) => b.i), ...task.failed.map((b) => b.i));
  const lowest = Math.min(task.copy ?? 1, ...task.births.map((b) => b.acc));
  const floor = Math.max(0, Math.floor((lowest - 0.04) * 10) / 10);
  const [left, top, height] = [46, 22, 190];
  const step = Math.max(26, Math.min(70, (room - left - 8) / (last + 1)));
  const width = left + step * (last + 1);
  const x = (birth) => left + step * (birth + 0.4);
  const y = (share) => top + ((1 - share) / (1 - floor || 1)) * height;
  const edges = task.births.flatMap((birth) =>
    birth.by.filter((parent) => task.at.has(parent)).map((parent) => {
      const [x1, y1, x2, y2] = [x(parent), y(task.at.get(parent).acc), x(birth.i), y(birth.acc)];
      const bend = (x2 - x1) / 2;
      return svg("path", { class: "edge", "data-from": parent, "data-to": birth.i, d: `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}` });
    }),
  );
  const nodes = task.births.map((birth) => {
    const said = describe(birth, task);
    const perfect = birth.x === birth.tries.length && birth.x > 0;
    const node = svg(
      "g",
      { class: `node ${birth.op}${perfect ? " perfect" : ""}`, tabindex: "-1", role: "button", "aria-pressed": "false", "aria-label": said, "data-birth": birth.i },
      svg("title", {}, said),
      svg("circle", { class: "halo", cx: x(birth.i), cy: y(birth.acc), r: 13 }),
      mark(birth.op, x(birth.i), y(birth.acc)),
      svg("text", { x: x(birth.i), y: top + height + 26, "text-anchor": "middle" }, String(birth.i)),
    );
    node.addEventListener("click", () => choose(birth.i));
    return node;
  });
  const failed = task.failed.map((birth) =>
    svg(
      "g",
      {},
      svg("title", {}, `birth ${birth.i}: no description (${birth.reason}): ${birth.why}`),
      svg("path", { class: "failed", d: `M${x(birth.i) - 4} ${top + height - 4}l8 8m0 -8l-8 8` }),
      svg("text", { x: x(birth.i), y: top + height + 26, "text-anchor": "middle" }, String(birth.i)),
    ),
  );
  const ticks = [floor, (floor + 1) / 2, 1].map((share) =>
    svg("g", {}, svg("path", { class: "axis", d: `M${left} ${y(share)}H${width}` }), svg("text", { x: left - 8, y: y(share) + 4, "text-anchor": "end" }, `${Math.round(100 * share)}%`)),
  );
  const copy = task.copy !== null && task.copy >= floor && svg("path", { class: "copy axis", d: `M${left} ${y(task.copy)}H${width}` });
  const drawing = svg("svg", { width, height: top + height + 36, viewBox: `0 0 ${width} ${top + height + 36}`, role: "group", "aria-label": "Family tree: births from left to right, cell accuracy upwards; arrow keys go from birth to birth" }, ticks, copy, edges, failed, nodes);
  drawing.addEventListener("keydown", (event) => {
    const at = nodes.indexOf(event.target);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: nodes.length - 1, Enter: at, " ": at }[event.key];
    if (at < 0 || to === undefined || !nodes[to]) return;
    event.preventDefault();
    nodes[to].focus();
    choose(+nodes[to].dataset.birth);
  });
  const select = (chosen) => {
    const kin = ancestors(task, chosen);
    edges.forEach((edge) => edge.classList.toggle("kin", kin.has(+edge.dataset.from) && kin.has(+edge.dataset.to)));
    nodes.forEach((node) => {
      const pressed = +node.dataset.birth === chosen;
      node.setAttribute("aria-pressed", pressed);
      node.setAttribute("tabindex", pressed ? "0" : "-1");
    });
  };
  return { drawing: el("div", {}, el("div", { class: "family" }, drawing), legend(task)), select };
}

function legend(task) {
  const shape = (kind, said, operator = kind) => el("li", {}, svg("svg", { width: 18, height: 18, class: kind, "aria-hidden": "true" }, mark(operator, 9, 9, 5)), said);
  return el(
    "ul",
    { class: "legend" },
    Object.entries(OPERATORS).filter(([operator], n) => n < 3 || task.births.some((birth) => birth.op === operator)).map(([operator, said]) => shape(operator, said)),
    shape("perfect", "exact on every training pair", "write"),
    task.copy !== null && el("li", {}, `dashed: copying the input, ${percent(task.copy)}`),
    task.failed.length > 0 && el("li", {}, `×: ${plural(task.failed.length, "birth")} without a description`),
  );
}

// ---- one candidate -----------------------------------------------------------------------------------------------------

// The words of a bullet, with what was taken from and added to its parent's bullet.
function differences(before, after, edits) {
  const [old, now] = [before.split(/\s+/), after.split(/\s+/)];
  const parts = [];
  let at = 0;
  for (const [a, b, c, d] of edits) {
    if (c > at) parts.push(now.slice(at, c).join(" ") + " ");
    if (b > a) parts.push(el("del", {}, old.slice(a, b).join(" ")), " ");
    if (d > c) parts.push(el("ins", {}, now.slice(c, d).join(" ")), " ");
    at = d;
  }
  parts.push(now.slice(at).join(" "));
  return parts;
}

function drawBullets(task, birth, choose) {
  const link = (to) => birthLink(to, choose);
  const first = (n) => (birth.i === task.best && task.lineage[n] !== birth.from[n]?.[0] && task.lineage[n] !== birth.i ? [", first said by ", link(task.lineage[n])] : []);
  const items = birth.say.map((text, n) => {
    const from = birth.from[n];
    if (!from) return el("li", {}, text, birth.by.length ? el("span", { class: "origin" }, "new") : null);
    const [parent, bullet, edits] = from;
    const words = edits.length ? differences(task.at.get(parent).say[bullet], text, edits) : [text];
    return el("li", {}, words, el("span", { class: "origin" }, edits.length ? "after " : "as in ", link(parent), first(n)));
  });
  const lost = birth.lost.map(([parent, bullet]) => el("li", { class: "lost" }, el("del", {}, task.at.get(parent).say[bullet]), el("span", { class: "origin" }, "dropped")));
  return el("ol", { class: "rule" }, items, lost);
}

const REASONS = { garbled: "no valid grid", unreached: "the provider failed", refused: "the provider refused it for its content", skipped: "not asked: it could no longer reach its rivals" };

const READERS = { py: "read by its program", "py=": "read alike by a checker and by its program", "py≠": "read in two ways" };
const WHO = { checker: "a checker", coder: "its program" };

// Python as it is written, its comments, strings and keywords told apart by class; set as text, like all that a model wrote.
function drawCode(lines) {
  if (!lines.length) return null;
  const token = /(#.*$)|('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|\b(def|return|for|in|if|elif|else|while|not|and|or|import|from|class|lambda|break|continue|pass|is|None|True|False)\b/g;
  const drawn = lines.map((line) => {
    const parts = [];
    let at = 0;
    for (const found of line.matchAll(token)) {
      parts.push(line.slice(at, found.index), el("span", { class: found[1] ? "comment" : found[2] ? "string" : "keyword" }, found[0]));
      at = found.index + found[0].length;
    }
    return [...parts, line.slice(at), "\n"];
  });
  return el("details", { class: "program", open: "" }, el("summary", {}, `its program, ${plural(lines.length, "line")}`), el("pre", {}, drawn.flat()));
}

function drawTries(task, birth) {
  return birth.tries.map(([kind, what, , note], n) => {
    const [input, output] = task.pairs[n].map(task.grid);
    const got =
      kind === "followed"
        ? figure("got", task.grid(what), output)
        : el("figure", { class: "off" }, el("figcaption", {}, `got: ${REASONS[kind]}`), el("div", { class: "nothing" }, what || "–"));
    const [mark, other, by] = birth.also[n] ?? ["", null, ""];
    const also = other === null ? null : figure(`${WHO[by]} got`, task.grid(other), output);
    const read = mark ? el("p", { class: "small quiet" }, READERS[mark]) : null;
    return el("div", { class: "grids" }, figure(`pair ${n + 1}: input`, input), figure("expected", output), got, also, read, note ? el("p", { class: "small quiet" }, note) : null);
  });
}

// What following it on the test inputs gave: for one that fits all pairs and fails here, where.
function drawOnTest(task, birth) {
  const tried = task.on[birth.i] ?? [];
  if (!tried.length) return [];
  const drawn = tried.map(([n, kind, what]) => {
    const test = task.tests[n];
    const said = task.tests.length > 1 ? `test input ${n + 1}` : "test input";
    return kind === "followed"
      ? figure(said, task.grid(what), task.grid(test.out))
      : el("figure", { class: "off" }, el("figcaption", {}, `${said}: ${REASONS[kind]}`), el("div", { class: "nothing" }, what || "–"));
  });
  return [el("h4", {}, "On the test"), el("div", { class: "grids" }, drawn)];
}

function drawCandidate(task, birth, choose) {
  const parents = birth.by.flatMap((parent, n) => [n ? ", " : ["revise", "generalise"].includes(birth.op) ? " of " : birth.op === "alternative" ? " to " : birth.op === "restart" ? " after " : " from ", birthLink(parent, choose)]);
  const facts = [
    `${percent(birth.acc)} of cells` + (task.copy === null ? "" : ` (${points(birth.acc - task.copy)} points over copying)`),
    `view ${birth.view}`,
    birth.look || null,
    birth.model,
    birth.less || null,
    birth.blind === null ? null : `written without pair ${birth.blind + 1}`,
    birth.shown.length ? `shown ${plural(birth.shown.length, "rule")} of other tasks as examples` : null,
    birth.dup === null ? null : `says the same as #${birth.dup}, so it was not checked again`,
    birth.echo === null ? null : `no new idea: it gives the very grids of #${birth.echo}, on the test inputs too`,
    birth.sure === null ? null : birth.sure ? "a second check agreed" : "a second check disagreed",
  ].filter((fact) => fact !== null);
  const perfect = birth.x === birth.tries.length && birth.x > 0;
  return [
    el(
      "h3",
      {},
      el("span", {}, `#${birth.i} ${BORN[birth.op]}`, parents),
      el("span", { class: `badge ${perfect ? "solved" : birth.x ? "partly" : "wrong"}` }, `${birth.x} of ${plural(birth.tries.length, "pair")} exact`),
      birth.i === task.best ? el("span", { class: "badge answered" }, "the best") : null,
    ),
    el("p", { class: "small quiet" }, facts.join(" · ")),
    drawBullets(task, birth, choose),
    drawCode(birth.code),
    el("div", { class: "pairs" }, drawTries(task, birth)),
    ...drawOnTest(task, birth),
    drawCalls(task, birth.i),
  ].filter((part) => part !== null);
}

// What was sent, what came back and what the model thought, call by call; only in the page of a run with few calls.
function drawCalls(task, birth) {
  const calls = task.calls?.[birth] ?? [];
  if (!calls.length) return null;
  return el(
    "details",
    { class: "calls" },
    el("summary", {}, `${plural(calls.length, "call")}: what was asked, thought and answered`),
    calls.map(([head, said]) =>
      el("details", {}, el("summary", { class: "small" }, head), said.map(([who, words]) => [el("p", { class: "small quiet" }, who), el("pre", {}, task.words[words])]).flat()),
    ),
  );
}

// ---- one task ----------------------------------------------------------------------------------------------------------

async function draw(details) {
  const place = details.querySelector(".drawn");
  const source = details.querySelector("script");
  if (!source || details.dataset.drawn) return;
  details.dataset.drawn = "yes";
  const task = unpack(await inflate(source.textContent.trim()));
  const panel = el("section", { class: "candidate", "aria-live": "polite" });
  if (task.births.length) {
    details.querySelector(".best")?.remove();
    const family = drawFamily(task, place.clientWidth, choose);
    function choose(birth) {
      panel.replaceChildren(...drawCandidate(task, task.at.get(birth), choose));
      family.select(birth);
    }
    const select = (birth) => (choose(birth), panel.scrollIntoView({ block: "nearest" }));
    place.append(...drawTests(task, select), el("h3", {}, "Family of descriptions"), family.drawing, panel);
    choose(task.best ?? task.births[0].i);
  } else {
    const pairs = task.pairs.map(([a, b], n) => el("div", { class: "grids" }, figure(`pair ${n + 1}: input`, task.grid(a)), figure("expected", task.grid(b))));
    place.append(el("div", { class: "pairs" }, pairs), ...drawTests(task));
  }
  place.append(...drawFailed(task));
}

function drawFailed(task) {
  const failed = task.failed.filter((birth) => task.calls?.[birth.i]);
  return failed.map((birth) => el("div", {}, el("h3", {}, `#${birth.i} gave no description`), el("p", { class: "small quiet" }, birth.why), drawCalls(task, birth.i)));
}

function complain(details, error) {
  details.querySelector(".drawn").append(el("p", { class: "error" }, `This browser could not draw the task: ${error.message}`));
}

// ---- the list ----------------------------------------------------------------------------------------------------------

function list() {
  const tasks = [...document.querySelectorAll(".task")];
  const holder = document.querySelector(".tasks");
  const form = document.querySelector(".filters");
  const shown = form.querySelector("output");
  const words = new Map(tasks.map((task) => [task, `${task.dataset.id} ${task.querySelector(".best")?.textContent ?? ""}`.toLowerCase()]));
  const orders = {
    selected: () => 0,
    best: (a, b) => a.dataset.place - b.dataset.place,
    worst: (a, b) => b.dataset.place - a.dataset.place,
    cost: (a, b) => b.dataset.cost - a.dataset.cost || b.dataset.calls - a.dataset.calls,
    time: (a, b) => b.dataset.seconds - a.dataset.seconds,
  };
  function filter() {
    const asked = form.elements.words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const [state, operator] = [form.elements.state.value, form.elements.operator.value];
    let count = 0;
    for (const task of tasks) {
      const text = words.get(task);
      task.hidden = !((!state || task.dataset.states.split(" ").includes(state)) && (!operator || task.dataset.operator === operator) && asked.every((word) => text.includes(word)));
      count += !task.hidden;
    }
    shown.textContent = `${count} of ${plural(tasks.length, "task")}`;
  }
  form.addEventListener("input", filter);
  form.addEventListener("change", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.elements.order.addEventListener("change", () => holder.append(...tasks.slice().sort(orders[form.elements.order.value])));
  tasks.forEach((task) => task.addEventListener("toggle", () => task.open && draw(task).catch((error) => complain(task, error))));
  filter();
  const named = decodeURIComponent(location.hash.slice(1));
  const wanted = tasks.find((task) => task.dataset.id === named);
  if (wanted) {
    wanted.open = true;
    wanted.scrollIntoView();
  }
}

list();
