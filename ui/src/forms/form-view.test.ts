import { mount } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { defineComponent, h, ref, shallowRef } from 'vue'
import { actePages } from '../../testing/fake/forms.ts'
import { plugins } from '../../testing/plugins.ts'
import type { FieldView, PageView, Problem, Values } from '../api/types.ts'
import { fieldId, provideForm } from './context.ts'
import ErrorSummary from './ErrorSummary.vue'
import { fieldComponents } from './field-components.ts'
import FormView from './FormView.vue'

const draw = (pages: readonly PageView[], values: Values = {}, problems: readonly Problem[] = []) => {
  const set: [string, unknown][] = []
  const errors = Object.fromEntries(problems.map(({ field, message }) => [field, message]))
  const labelOf = (name: string) => pages.flatMap(page => page.fields).find(field => field.name === name)?.label ?? name
  const summary = ref<InstanceType<typeof ErrorSummary>>()
  const wrapper = mount(
    defineComponent({
      setup: () => {
        const shown = shallowRef(values)
        provideForm({ values: shown, saved: shown, labelOf, secretsSet: ref(['secret']), erasesSecrets: true })
        return () => [
          h(ErrorSummary, { ref: summary, problems, labelOf }),
          h(FormView, { pages, values, errors, onSet: (name: string, value: unknown) => set.push([name, value]) }),
        ]
      },
    }),
    { attachTo: document.body, global: { plugins } },
  )
  return { wrapper, set, summary }
}

const one = (rest: Partial<FieldView>): readonly PageView[] => [
  {
    title: 'Page',
    step: null,
    when: null,
    fields: [
      { name: 'champ', label: 'Champ', kind: 'text', required: false, computed: false, editable: true, ...rest },
    ],
  },
]

test('chaque genre de champ se dessine, avec un contrôle que le résumé des erreurs peut atteindre', () => {
  for (const kind of Object.keys(fieldComponents) as FieldView['kind'][]) {
    const { wrapper } = draw(one({ kind }))
    expect(wrapper.find(`#${fieldId('champ')}`).exists(), kind).toBe(true)
    wrapper.unmount()
  }
})

test('un formulaire d’acte entier se dessine sans connaître le flux', () => {
  const { wrapper } = draw(actePages)
  expect(wrapper.findAll('h2').map(title => title.text())).toEqual(actePages.map(page => page.title))
  wrapper.unmount()
})

test('le message d’un champ lui est rattaché pour les lecteurs d’écran', () => {
  const { wrapper } = draw(one({ kind: 'longText', required: true }), {}, [{ field: 'champ', message: 'À remplir.' }])
  const control = wrapper.find('textarea')
  expect(control.attributes('aria-invalid')).toBe('true')
  const described = (control.attributes('aria-describedby') ?? '').split(' ')
  expect(described.map(id => document.getElementById(id)?.textContent?.trim())).toContain('À remplir.')
  wrapper.unmount()
})

test('le résumé mène au premier champ en faute', async () => {
  const { wrapper, summary } = draw(actePages, {}, [
    { field: 'inconnu', message: 'Hors écran.' },
    { field: 'tdt.numero', message: 'À remplir.' },
  ])
  expect(wrapper.find('[role=alert]').text()).toContain('2 erreurs')
  expect(wrapper.find('a').attributes('href')).toBe('#champ-inconnu')
  await summary.value?.focusFirst()
  expect(document.activeElement?.id).toBe('champ-tdt-numero')
  wrapper.unmount()
})

test('ce qui est calculé se lit et ne se saisit pas ; vide, il ne paraît pas', () => {
  const empty = draw(one({ computed: true }))
  expect(empty.wrapper.text()).not.toContain('Champ')
  empty.wrapper.unmount()
  const filled = draw(one({ computed: true }), { champ: 'ACTE-1' })
  expect(filled.wrapper.text()).toContain('ACTE-1')
  expect(filled.wrapper.find('input').exists()).toBe(false)
  filled.wrapper.unmount()
})

test('un secret déjà enregistré n’est plus obligatoire et ne revient pas', () => {
  const { wrapper } = draw(one({ name: 'secret', kind: 'secret', required: true }))
  expect(wrapper.text()).toContain('laissez vide pour le conserver')
  expect((wrapper.find('input').element as HTMLInputElement).required).toBe(false)
  wrapper.unmount()
})

test('un secret enregistré se dit défini et s’efface sur demande, ce que l’on peut reprendre avant d’enregistrer', async () => {
  const field = one({ name: 'secret', label: 'Mot de passe', kind: 'secret' })
  const kept = draw(field)
  expect(kept.wrapper.find('input').attributes('placeholder')).toBe('Défini')
  await kept.wrapper.find('button[aria-label="Effacer « Mot de passe »"]').trigger('click')
  expect(kept.set).toEqual([['secret', null]])
  kept.wrapper.unmount()
  const erased = draw(field, { secret: null })
  expect(erased.wrapper.text()).toContain('sera effacé quand vous enregistrerez')
  await erased.wrapper.find('button[aria-label="Conserver « Mot de passe »"]').trigger('click')
  expect(erased.set).toEqual([['secret', '']])
  erased.wrapper.unmount()
})

test('un nombre accepte la virgule, et garde ce qui n’en est pas un pour le dire', async () => {
  const { wrapper, set } = draw(one({ kind: 'number' }))
  const input = wrapper.find('input')
  await input.setValue('12,5')
  await input.setValue('douze')
  expect(set).toEqual([
    ['champ', 12.5],
    ['champ', 'douze'],
  ])
  wrapper.unmount()
})

test('une valeur qui se prétend une adresse ne devient jamais un lien dangereux', () => {
  const { wrapper } = draw(one({ kind: 'url', computed: true }), { champ: 'javascript:alert(1)' })
  expect(wrapper.find('a').exists()).toBe(false)
  wrapper.unmount()
})
