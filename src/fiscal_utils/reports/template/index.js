// The filter of the index, and ages beside dates. Without it the page shows everything.
const bar = document.getElementById("filter");
const language = document.documentElement.lang;

function age(moment) {
  const minutes = (moment - Date.now()) / 60000;
  const steps = [["day", 1440], ["hour", 60], ["minute", 1]];
  const [unit, size] = steps.find(([, size]) => Math.abs(minutes) >= size) ?? steps[2];
  return new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(Math.round(minutes / size), unit);
}

for (const time of document.querySelectorAll("time")) {
  time.title = age(new Date(time.dateTime));
  if (time.closest(".made, .lede")) {
    time.insertAdjacentHTML("afterend", '<span class="age"></span>');
    time.nextElementSibling.textContent = ` (${time.title})`;
  }
}

if (bar) {
  const rows = [...document.querySelectorAll(".row")].map((row) => {
    const of = row.parentElement;
    const names = [of.parentElement.dataset.name, of.dataset.name, row.querySelector("h4").textContent];
    return { row, text: names.join(" ").toLowerCase(), year: of.dataset.year, ...row.dataset };
  });
  const field = (name) => bar.querySelector(`[name=${name}]`);
  const fits = (name, value) => !field(name).value || field(name).value === value;

  const filter = () => {
    const words = field("text").value.toLowerCase().split(/\s+/);
    let shown = 0;
    for (const { row, text, year, notebook, states } of rows) {
      const state = field("state").value;
      const keep = words.every((word) => text.includes(word)) && fits("year", year) && fits("notebook", notebook)
        && (!state || states.split(" ").includes(state));
      row.hidden = !keep;
      shown += keep;
    }
    for (const group of document.querySelectorAll(".document, .department")) {
      group.hidden = !group.querySelector(".row:not([hidden])");
    }
    bar.querySelector("output").textContent = `${shown} / ${rows.length}`;
  };

  bar.hidden = false;
  bar.addEventListener("input", filter);
  filter();
}
