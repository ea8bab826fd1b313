// Help for the keyboard, questions that answer, and the player of the recording. Nothing is sent anywhere and nothing is
// stored.
"use strict";

// mdBook's button for the list of contents is a label: without a role and a place in the tab order, neither a keyboard nor a
// screen reader gets at it.
const contents = document.getElementById("mdbook-sidebar-toggle");
contents.setAttribute("role", "button");
contents.tabIndex = 0;
contents.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        contents.click();
    }
});

// The keyboard must reach everything that scrolls sideways.
const makeScrollable = () => {
    for (const box of document.querySelectorAll("pre > code, .table-wrapper, .drawing, .map, .recording pre")) {
        if (box.scrollWidth > box.clientWidth) {
            box.tabIndex = 0;
        } else {
            box.removeAttribute("tabindex");
        }
    }
};
window.addEventListener("load", makeScrollable);
window.addEventListener("resize", makeScrollable);

// A click on an answer says whether it is right, and why.
for (const quiz of document.querySelectorAll(".quiz")) {
    const because = quiz.querySelector("details.because");
    const said = document.createElement("p");
    said.className = "said";
    said.setAttribute("role", "status");
    because.before(said);
    for (const item of quiz.querySelectorAll("ol.answers > li")) {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "answer";
        // Code blocks cannot stand in a button; answers are lines of text.
        button.append(...(item.querySelector("p") ?? item).childNodes);
        item.replaceChildren(button);
        button.addEventListener("click", () => {
            const right = item.dataset.right === "true";
            button.classList.add(right ? "right" : "wrong");
            said.textContent = right ? "Right." : "No. Think again, or open the answer.";
            if (right) {
                because.open = true;
            }
        });
    }
}

// The recording: frames of a terminal, each with the time at which it was seen.
for (const recording of document.querySelectorAll(".recording")) {
    const screen = recording.querySelector("pre");
    const button = recording.querySelector("button");
    const frames = JSON.parse(document.getElementById(recording.dataset.frames).textContent);
    let timer = null;
    let index = 0;
    const show = () => {
        screen.innerHTML = frames[index].html;
        if (index + 1 >= frames.length) {
            timer = null;
            button.textContent = "Play again";
            return;
        }
        const wait = Math.min(2500, (frames[index + 1].at - frames[index].at) * 1000);
        index += 1;
        timer = setTimeout(show, wait);
    };
    button.addEventListener("click", () => {
        if (timer === null) {
            index = 0;
            button.textContent = "Pause";
            show();
        } else {
            clearTimeout(timer);
            timer = null;
            button.textContent = "Play";
        }
    });
    button.hidden = false;
    screen.innerHTML = frames[frames.length - 1].html;
}
