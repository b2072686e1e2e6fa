import { html, type Html, type Markup } from './html.ts'

/** A part of the page, named by its title. */
export const section = (id: string, title: string, ...content: readonly Markup[]): Html =>
  html`<section aria-labelledby="${id}">
    <h2 id="${id}">${title}</h2>
    ${content}
  </section>`

/** The title of a column of amounts, above them. */
export interface AmountHead {
  readonly amount: string
}

const headCell = (head: Markup | AmountHead): Html =>
  typeof head === 'object' && 'amount' in head
    ? html`<th scope="col" class="amount">${head.amount}</th>`
    : html`<th scope="col">${head}</th>`

/** A table that scrolls alone on a narrow screen; reachable from the keyboard for that. */
export const table = (caption: string, head: readonly (Markup | AmountHead)[], rows: readonly Markup[]): Html =>
  html`<div class="wide" role="region" aria-label="${caption}" tabindex="0">
    <table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${head.map(headCell)}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`

export const amountCell = (amount: string): Html => html`<td class="amount">${amount}</td>`

export const list = (items: readonly Markup[]): Html =>
  html`<ul>
    ${items.map(item => html`<li>${item}</li>`)}
  </ul>`

export const values = (pairs: readonly (readonly [string, Markup])[]): Html =>
  html`<dl>
    ${pairs.map(
      ([name, value]) =>
        html`<dt>${name}</dt>
          <dd>${value}</dd>`,
    )}
  </dl>`

/** Links to the neighbours of a page of a list; nothing when it has but one. */
export const pager = (
  what: string,
  { page, size, total, link }: { page: number; size: number; total: number; link: (page: number) => string },
): Html | undefined => {
  const last = Math.ceil(total / size)
  if (last <= 1) return undefined
  const to = (target: number, label: string) =>
    target >= 1 && target <= last && target !== page ? html`<li><a href="${link(target)}">${label}</a></li>` : undefined
  return html`<nav aria-label="${what}">
    <ul>
      ${to(1, 'Début')} ${to(page - 1, 'Page précédente')}
      <li>Page ${page} sur ${last}</li>
      ${to(page + 1, 'Page suivante')} ${to(last, 'Fin')}
    </ul>
  </nav>`
}
