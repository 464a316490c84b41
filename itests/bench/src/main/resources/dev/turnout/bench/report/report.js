// SPDX-License-Identifier: Apache-2.0
'use strict';

function element(name, parent, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  parent.append(made);
  return made;
}

function show(value) {
  if (value !== null && typeof value === 'object') {
    return Object.entries(value).map(([name, one]) => `${name}: ${show(one)}`).join('; ');
  }
  return String(value);
}

function number(value, digits) {
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

// Draws from the least to the most of each bar's rounds.
const whiskers = {
  id: 'whiskers',
  afterDatasetsDraw(chart) {
    const { ctx, scales: { x } } = chart;
    ctx.save();
    ctx.strokeStyle = '#1c2430';
    ctx.lineWidth = 1.5;
    chart.getDatasetMeta(0).data.forEach((bar, i) => {
      const spread = chart.options.spreads[i];
      if (!spread) return;
      const from = x.getPixelForValue(spread.min);
      const to = x.getPixelForValue(spread.max);
      ctx.beginPath();
      ctx.moveTo(from, bar.y);
      ctx.lineTo(to, bar.y);
      for (const end of [from, to]) {
        ctx.moveTo(end, bar.y - 5);
        ctx.lineTo(end, bar.y + 5);
      }
      ctx.stroke();
    });
    ctx.restore();
  },
};

function color(scenario, server) {
  if (server === scenario.reference) return '#8a94a3';
  return server.startsWith('turnout') ? '#1f6feb' : '#e0a458';
}

function bars(parent, title, rows, datasets, spreads) {
  const box = element('div', parent, undefined, 'plot');
  box.style.height = `${80 + 30 * rows.length}px`;
  new Chart(element('canvas', box), {
    type: 'bar',
    data: { labels: rows.map(row => row.server), datasets },
    plugins: [whiskers],
    options: {
      spreads,
      indexAxis: 'y',
      animation: false,
      maintainAspectRatio: false,
      scales: {
        x: { stacked: true, beginAtZero: true, suggestedMax: Math.max(...spreads.map(spread => spread.max)) },
        y: { stacked: true },
      },
      plugins: { title: { display: true, text: title }, legend: { display: datasets.length > 1 } },
    },
  });
}

function plot(parent, scenario, figure) {
  const better = figure.better === 'HIGHER' ? 'more is better' : 'less is better';
  const rows = scenario.servers.filter(row => row.summary[figure.key]);
  if (rows.length === 0) return;
  if (figure.key === 'cpuMicros') {
    bars(parent, `CPU per message or operation in µs, user and system; ${better}`, rows, [
      { label: 'user', data: rows.map(row => row.summary.userMicros?.median ?? 0), backgroundColor: '#1f6feb' },
      {
        label: 'system, or both where too few ticks split them',
        data: rows.map(row => (row.summary.systemMicros ?? row.summary.cpuMicros).median),
        backgroundColor: '#a9c7f7',
      },
    ], rows.map(row => row.summary.cpuMicros));
    return;
  }
  const compared = rows.filter(row => row.summary[figure.key].ratio);
  if (compared.length > 0) {
    const ratios = compared.map(row => row.summary[figure.key].ratio);
    bars(parent, `${figure.title}, ratio to ${scenario.reference}; ${better}`, compared, [
      { data: ratios.map(ratio => ratio.median), backgroundColor: compared.map(row => color(scenario, row.server)) },
    ], ratios);
  }
}

function table(parent, scenario) {
  const made = element('table', element('div', parent, undefined, 'wide'));
  const head = element('tr', made);
  element('th', head, 'server');
  const figures = scenario.figures.filter(figure => scenario.servers.some(row => row.summary[figure.key]));
  for (const figure of figures) {
    element('th', head, figure.title);
    if (figure.better !== 'NEITHER') element('th', head, 'ratio');
  }
  for (const row of scenario.servers) {
    const line = element('tr', made, undefined, row.server.startsWith('turnout') ? 'own' : '');
    element('td', line, row.server);
    for (const figure of figures) {
      const value = row.summary[figure.key];
      const capped = figure.key === 'loadCpu' && value && value.median >= 0.95 ? ' *' : '';
      element('td', line, value ? number(value.median, figure.digits) + capped : '');
      if (figure.better !== 'NEITHER') {
        const cell = element('td', line, value && value.ratio ? number(value.ratio.median, 2) : '');
        if (value && value.ratio) {
          element('span', cell, ` ${number(value.ratio.min, 2)}–${number(value.ratio.max, 2)}`, 'spread');
        }
      }
    }
  }
}

const about = element('table', document.getElementById('circumstances'));
for (const [name, value] of Object.entries(results)) {
  if (name === 'scenarios') continue;
  const line = element('tr', about);
  element('th', line, name);
  element('td', line, show(value));
}
for (const scenario of results.scenarios) {
  const section = element('section', document.getElementById('scenarios'));
  element('h2', section, scenario.name);
  element('p', section, scenario.about);
  const plots = element('div', section, undefined, 'plots');
  scenario.figures.filter(figure => figure.plotted).forEach(figure => plot(plots, scenario, figure));
  table(section, scenario);
  for (const row of scenario.servers) {
    if (row.absent) element('p', section, `${row.server} is skipped: ${row.absent}`);
    row.errors.forEach(error => element('p', section, `${row.server}: ${error}`, 'error'));
  }
}
