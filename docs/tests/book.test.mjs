// The book in a real browser: every page opens quietly, every link leads somewhere, questions answer, nothing is too wide.
//
//   cargo xtask book && npm ci --prefix docs/tests && npm test --prefix docs/tests
//
// Needs Chromium (CHROMIUM names another than /usr/bin/chromium) and the built book in target/book/html.

import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { createServer } from "node:http";
import { availableParallelism } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import axe from "axe-core";
import { chromium } from "playwright-core";

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../target/book/html");
const TYPES = { ".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".png": "image/png", ".woff2": "font/woff2", ".json": "application/json" };
const PATIENCE = 120_000; // Milliseconds: a busy machine is slow, not wrong.
const PHONE = { width: 360, height: 740 };
const DESK = { width: 1280, height: 900 };

let server;
let browser;
let origin;
let pages;

async function htmlFiles(folder) {
    const found = [];
    for (const entry of await readdir(folder, { withFileTypes: true })) {
        const full = path.join(folder, entry.name);
        if (entry.isDirectory()) {
            found.push(...(await htmlFiles(full)));
        } else if (entry.name.endsWith(".html") && !["404.html", "toc.html"].includes(entry.name)) {
            found.push(path.relative(ROOT, full).replaceAll(path.sep, "/"));
        }
    }
    return found.sort();
}

// Opens a page in a fresh context; `problems` collects what the browser complains about and what it asks other hosts for.
async function open(file, { viewport = DESK, theme = "light" } = {}) {
    const context = await browser.newContext({ viewport, colorScheme: theme === "navy" ? "dark" : "light" });
    const problems = [];
    await context.route("**/*", (route) => {
        if (route.request().url().startsWith(origin) || route.request().url().startsWith("data:")) {
            return route.continue();
        }
        problems.push(`asks another host: ${route.request().url()}`);
        return route.abort();
    });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    page.on("console", (message) => message.type() === "error" && problems.push(`console: ${message.text()}`));
    page.on("pageerror", (error) => problems.push(`error: ${error.message}`));
    page.on("response", (response) => response.status() >= 400 && problems.push(`${response.status()}: ${response.url()}`));
    await page.addInitScript((name) => localStorage.setItem("mdbook-theme", name), theme);
    await page.goto(`${origin}/${file}`, { waitUntil: "load" });
    return { page, problems, close: () => context.close() };
}

before(async () => {
    pages = await htmlFiles(ROOT);
    server = createServer(async (request, response) => {
        const name = decodeURIComponent(new URL(request.url, "http://book").pathname);
        const file = path.join(ROOT, name.endsWith("/") ? `${name}index.html` : name);
        if (!file.startsWith(ROOT)) {
            response.writeHead(403).end();
            return;
        }
        try {
            const body = await readFile(file);
            response.writeHead(200, { "content-type": TYPES[path.extname(file)] ?? "application/octet-stream" }).end(body);
        } catch {
            response.writeHead(name === "/favicon.ico" ? 204 : 404).end();
        }
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    origin = `http://127.0.0.1:${server.address().port}`;
    browser = await chromium.launch({
        executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
        args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
    });
});

after(async () => {
    await browser?.close();
    server?.close();
});

// Does the task for each item, as many at a time as there are processors.
async function forEach(items, task) {
    const rest = items.values();
    const worker = async () => {
        for (const item of rest) {
            await task(item);
        }
    };
    await Promise.all(Array.from({ length: availableParallelism() }, worker));
}

// Every page is opened once; what is seen on it is kept for the tests below.
const seen = new Map();

async function visit(file) {
    const { page, problems, close } = await open(file, { viewport: PHONE });
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    if (width > PHONE.width) {
        problems.push(`${width} pixels wide at ${PHONE.width}`);
    }
    await page.setViewportSize(DESK);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    if (wide > DESK.width) {
        problems.push(`${wide} pixels wide at ${DESK.width}`);
    }
    const found = await page.evaluate(() => ({
        anchors: [...document.querySelectorAll("[id]")].map((element) => element.id),
        links: [...document.querySelectorAll("main a[href], main img[src]")].map(
            (element) => element.getAttribute("href") ?? element.getAttribute("src"),
        ),
        drawings: [...document.querySelectorAll(".drawing svg title")].map((title) => title.textContent),
    }));
    const quizzes = [];
    if (!file.endsWith("/whole.html")) {
        for (const quiz of await page.locator(".quiz").all()) {
            const answer = async (right) => {
                await quiz.locator(`li[data-right="${right}"] button`).first().click();
                const said = await quiz.locator(".said").innerText();
                return [said.split(/[ .]/)[0], (await quiz.locator("details").getAttribute("open")) !== null];
            };
            quizzes.push([await answer(false), await answer(true)]);
        }
    }
    await close();
    return { ...found, problems, quizzes };
}

test("every page opens without complaints, at desk and phone width, and nothing makes it scroll sideways", async () => {
    assert.ok(pages.length > 60, `only ${pages.length} pages were built`);
    await forEach(pages, async (file) => seen.set(file, await visit(file)));
    assert.equal(seen.size, pages.length);
    assert.deepEqual([...seen].flatMap(([file, page]) => page.problems.map((problem) => `${file}: ${problem}`)), []);
    console.log(`${pages.length} pages opened`);
});

test("every internal link and every anchor holds", async () => {
    const wrong = [];
    let held = 0;
    for (const [file, { links }] of seen) {
        for (const target of links.filter((link) => !/^(https?:|mailto:|data:|javascript:)/.test(link))) {
            const url = new URL(target, `http://book/${file}`);
            const page = decodeURIComponent(url.pathname.slice(1)) || "index.html";
            const fragment = decodeURIComponent(url.hash.slice(1));
            const known = seen.get(page);
            if (known ? fragment && !known.anchors.includes(fragment) : !(await fetch(`${origin}/${page}`)).ok) {
                wrong.push(`${file}: ${target}: it leads nowhere`);
            } else {
                held += 1;
            }
        }
    }
    assert.deepEqual(wrong, []);
    console.log(`${held} internal links hold`);
});

test("search finds a function by its name", async () => {
    const { page, problems, close } = await open("index.html");
    await page.keyboard.press("s");
    await page.locator("#mdbook-searchbar").pressSequentially("monte_carlo_pi");
    await page.locator("#mdbook-searchresults li").first().waitFor();
    assert.match(await page.locator("#mdbook-searchresults").innerText(), /π|monte_carlo_pi/);
    assert.deepEqual(problems, []);
    await close();
});

test("the theme switches, and is kept on the next page", async () => {
    const { page, close } = await open("index.html");
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor + getComputedStyle(document.documentElement).backgroundColor);
    const light = await background();
    await page.locator("#mdbook-theme-toggle").click();
    await page.locator("#mdbook-theme-navy").click();
    assert.notEqual(await background(), light);
    assert.ok(await page.evaluate(() => document.documentElement.classList.contains("navy")));
    await close();
});

test("every question says no to a wrong answer and yes to the right one, and opens the explanation", () => {
    const quizzes = [...seen].flatMap(([file, page]) => page.quizzes.map((answers) => [file, answers]));
    assert.ok(quizzes.length > 20, `only ${quizzes.length} questions`);
    const expected = [["No", false], ["Right", true]];
    assert.deepEqual(quizzes.filter(([, answers]) => JSON.stringify(answers) !== JSON.stringify(expected)), []);
    console.log(`${quizzes.length} questions answered`);
});

test("in print, the answers stand at the end", async () => {
    const { page, close } = await open("modules/01_sum_as_string/whole.html");
    await page.emulateMedia({ media: "print" });
    assert.ok(await page.locator(".printed-answers").isVisible());
    assert.ok(!(await page.locator(".quiz details").first().isVisible()));
    await close();
});

test("the recording plays", async () => {
    const { page, close } = await open("index.html");
    const screen = page.locator(".recording pre");
    const last = await screen.innerText();
    assert.match(last, /\S/);
    await page.locator(".recording button").click();
    await page.waitForFunction((text) => document.querySelector(".recording pre").innerText !== text, last);
    await close();
});

test("drawings say in words what they show", () => {
    const drawings = [...seen].filter(([file]) => !file.endsWith("/whole.html")).flatMap(([, page]) => page.drawings);
    assert.ok(drawings.length > 20, `only ${drawings.length} drawings`);
    assert.deepEqual(drawings.filter((description) => description.length < 20), []);
    console.log(`${drawings.length} drawings`);
});

for (const theme of ["light", "navy"]) {
    test(`axe finds nothing serious in the ${theme} theme`, async () => {
        const wrong = [];
        // One page of each kind, and all pages that are written for the book.
        const kinds = pages.filter((name) => !name.startsWith("modules/") || /^modules\/(02|09)_/.test(name));
        let examined = 0;
        await forEach(kinds, async (file) => {
            const { page, close } = await open(file, { theme });
            await page.evaluate(axe.source);
            const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
            for (const violation of violations.filter((one) => ["serious", "critical"].includes(one.impact))) {
                wrong.push(`${file}: ${violation.id}: ${violation.help}: ${violation.nodes[0].html.slice(0, 160)}`);
            }
            examined += 1;
            await close();
        });
        assert.equal(examined, kinds.length);
        assert.deepEqual(wrong, []);
    });
}
