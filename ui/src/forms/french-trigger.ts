import type { ObjectDirective } from 'vue'

const name = (element: HTMLElement, label: string) => {
  for (const button of element.querySelectorAll('button[aria-haspopup=listbox]'))
    button.setAttribute('aria-label', label)
}

/** Names the arrow of a list in French: the library names it in English, with no way to say otherwise. */
export const vFrenchTrigger: ObjectDirective<HTMLElement, string> = {
  mounted: (element, { value }) => name(element, value),
  updated: (element, { value }) => name(element, value),
}
