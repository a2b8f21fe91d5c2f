// usage: node validate-layers.cjs FOLDER MODULES
// Opens each .html of the folder in headless Chromium, in light and in dark, and lets axe-core look at it; gives each
// .mermaid to Mermaid's parser. Exits with 1 if anything is wrong.
const fs = require('node:fs');
const path = require('node:path');
const { chromium } = require('playwright-core');

const [folder, modules] = process.argv.slice(2);
const axe = fs.readFileSync(path.join(modules, 'axe-core/axe.min.js'), 'utf8');
const files = (ending) => fs.readdirSync(folder).filter((name) => name.endsWith(ending)).map((name) => path.join(folder, name));

async function complaintsOfPage(browser, file, colorScheme) {
    const page = await browser.newPage({ colorScheme });
    const complaints = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
        if (!request.url().startsWith('file:')) complaints.push(`asks for ${request.url()}`);
    });
    await page.goto(`file://${file}`);
    const size = fs.statSync(file).size;
    if (size > 150_000) complaints.push(`${size} bytes`);
    await page.evaluate(() => document.querySelectorAll('details').forEach((it) => { it.open = true; }));
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => window.axe.run());
    for (const { id, help, nodes } of violations) complaints.push(`${id}: ${help}: ${nodes[0].html}`);
    if (await page.evaluate(() => document.scripts.length)) complaints.push('holds a script');
    await page.close();
    return complaints.map((complaint) => `${file} (${colorScheme}): ${complaint}`);
}

async function complaintsOfMermaid(page, file) {
    const text = fs.readFileSync(file, 'utf8');
    const complaint = await page.evaluate((text) => window.mermaid.parse(text).then(() => null, String), text);
    return complaint ? [`${file}: ${complaint}`] : [];
}

async function main() {
    const browser = await chromium.launch({
        executablePath: '/usr/bin/chromium',
        args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
            '--disable-component-update', '--disable-sync'],
    });
    const complaints = [];
    const pages = files('.html');
    for (const file of pages) {
        for (const scheme of ['light', 'dark']) complaints.push(...await complaintsOfPage(browser, file, scheme));
    }
    const page = await browser.newPage();
    await page.addScriptTag({ path: path.join(modules, 'mermaid/dist/mermaid.min.js') });
    const graphs = files('.mermaid');
    for (const file of graphs) complaints.push(...await complaintsOfMermaid(page, file));
    await browser.close();
    complaints.forEach((complaint) => console.error(complaint));
    console.log(`${pages.length} pages in light and dark, ${graphs.length} graphs: ${complaints.length} complaints`);
    process.exit(complaints.length > 0 || pages.length === 0 || graphs.length === 0 ? 1 : 0);
}

main();
