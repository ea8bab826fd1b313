// The book in a real browser: every page opens quietly, every link leads somewhere, questions answer, nothing is too wide.
//
//   cargo xtask book && npm ci --prefix docs/tests && npm test --prefix docs/tests
//
// Needs Chromium (CHROMIUM names another than /usr/bin/chromium) and the built book in target/book/html.

import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import axe from "axe-core";
import { chromium } from "playwright-core";

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../target/book/html");
const TYPES = { ".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".png": "image/png", ".woff2": "font/woff2", ".json": "application/json" };
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

test("every page opens without complaints, at desk and phone width, and nothing makes it scroll sideways", async () => {
    assert.ok(pages.length > 60, `only ${pages.length} pages were built`);
    const wrong = [];
    for (const file of pages) {
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
        wrong.push(...problems.map((problem) => `${file}: ${problem}`));
        await close();
    }
    assert.deepEqual(wrong, []);
    console.log(`${pages.length} pages opened`);
});

test("every internal link and every anchor holds", async () => {
    const anchors = new Map();
    const links = [];
    for (const file of pages) {
        const { page, close } = await open(file);
        anchors.set(file, new Set(await page.evaluate(() => [...document.querySelectorAll("[id]")].map((element) => element.id))));
        const targets = await page.evaluate(() =>
            [...document.querySelectorAll("main a[href], main img[src]")].map((element) => element.getAttribute("href") ?? element.getAttribute("src")),
        );
        links.push(...targets.map((target) => [file, target]));
        await close();
    }
    const wrong = [];
    let held = 0;
    for (const [file, target] of links) {
        if (/^(https?:|mailto:|data:|javascript:)/.test(target)) {
            continue;
        }
        const url = new URL(target, `http://book/${file}`);
        const page = decodeURIComponent(url.pathname.slice(1)) || "index.html";
        const fragment = decodeURIComponent(url.hash.slice(1));
        if (anchors.has(page)) {
            if (fragment && !anchors.get(page).has(fragment)) {
                wrong.push(`${file}: ${target}: no such anchor`);
            } else {
                held += 1;
            }
        } else {
            const answer = await fetch(`${origin}/${page}`);
            if (answer.ok) {
                held += 1;
            } else {
                wrong.push(`${file}: ${target}: ${answer.status}`);
            }
        }
    }
    assert.deepEqual(wrong, []);
    console.log(`${held} internal links hold`);
});

test("search finds a function by its name", async () => {
    const { page, problems, close } = await open("index.html");
    await page.keyboard.press("s");
    await page.locator("#mdbook-searchbar").fill("monte_carlo_pi");
    const first = page.locator("#mdbook-searchresults li").first();
    await first.waitFor();
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

test("every question says no to a wrong answer and yes to the right one, and opens the explanation", async () => {
    let questions = 0;
    for (const file of pages.filter((name) => name.startsWith("modules/") && !name.endsWith("/whole.html"))) {
        const { page, close } = await open(file);
        for (const quiz of await page.locator(".quiz").all()) {
            questions += 1;
            await quiz.locator('li[data-right="false"] button').first().click();
            assert.match(await quiz.locator(".said").innerText(), /^No/, file);
            assert.equal(await quiz.locator("details").getAttribute("open"), null, file);
            await quiz.locator('li[data-right="true"] button').click();
            assert.match(await quiz.locator(".said").innerText(), /^Right/, file);
            assert.notEqual(await quiz.locator("details").getAttribute("open"), null, file);
        }
        await close();
    }
    assert.ok(questions > 0);
    console.log(`${questions} questions answered`);
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

test("drawings have a description, and lines to look at", async () => {
    let drawings = 0;
    for (const file of pages.filter((name) => name.startsWith("modules/") && !name.endsWith("/whole.html"))) {
        const { page, close } = await open(file);
        for (const drawing of await page.locator(".drawing svg").all()) {
            drawings += 1;
            assert.ok((await drawing.locator("title").textContent()).length > 20, `${file}: a drawing says too little`);
        }
        await close();
    }
    assert.ok(drawings > 0);
    console.log(`${drawings} drawings`);
});

for (const theme of ["light", "navy"]) {
    test(`axe finds nothing serious in the ${theme} theme`, async () => {
        const wrong = [];
        // One page of each kind, and all pages that are written for the book.
        const kinds = pages.filter((name) => !name.startsWith("modules/") || /^modules\/(01|05|13)_/.test(name));
        for (const file of kinds) {
            const { page, close } = await open(file, { theme });
            await page.evaluate(axe.source);
            const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
            for (const violation of violations.filter((one) => ["serious", "critical"].includes(one.impact))) {
                wrong.push(`${file}: ${violation.id}: ${violation.help}: ${violation.nodes[0].html.slice(0, 160)}`);
            }
            await close();
        }
        assert.deepEqual(wrong, []);
    });
}
