// Turns each block of one program in several languages into tabs, and keeps every block on the language chosen last.
// Without JavaScript, and on code hosting sites, the languages simply follow each other under their headings.
(() => {
    const KEY = 'aragora-language';
    const groups = [...document.querySelectorAll('.languages')].map((block) => {
        const tabs = [];
        for (const heading of [...block.querySelectorAll(':scope > h5')]) {
            const panel = document.createElement('div');
            panel.setAttribute('role', 'tabpanel');
            for (let next = heading.nextElementSibling; next && next.tagName !== 'H5'; next = heading.nextElementSibling) {
                panel.append(next);
            }
            const button = document.createElement('button');
            button.type = 'button';
            button.textContent = heading.textContent;
            button.setAttribute('role', 'tab');
            heading.replaceWith(panel);
            tabs.push({ name: button.textContent, button, panel });
        }
        const bar = document.createElement('div');
        bar.className = 'languages-bar';
        bar.setAttribute('role', 'tablist');
        bar.append(...tabs.map((tab) => tab.button));
        block.prepend(bar);
        return tabs;
    });
    const show = (name) => {
        for (const tabs of groups) {
            const chosen = tabs.find((tab) => tab.name === name) ?? tabs[0];
            for (const tab of tabs) {
                tab.panel.hidden = tab !== chosen;
                tab.button.setAttribute('aria-selected', String(tab === chosen));
            }
        }
    };
    for (const tab of groups.flat()) {
        tab.button.addEventListener('click', () => {
            localStorage.setItem(KEY, tab.name);
            show(tab.name);
        });
    }
    show(localStorage.getItem(KEY) ?? 'Rust');
})();
