// Questions that answer, and the player of the recording. Nothing is sent anywhere and nothing is stored.
"use strict";

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
