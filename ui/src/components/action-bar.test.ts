import UApp from '@nuxt/ui/components/App.vue'
import { mount } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { h } from 'vue'
import { plugins } from '../../testing/plugins.ts'
import type { ActionView, RouteStep } from '../api/types.ts'
import ActionBar from './ActionBar.vue'
import RouteDrawing from './RouteDrawing.vue'

const show = (actions: readonly ActionView[]) => {
  const performed: string[] = []
  const wrapper = mount(
    () => h(UApp, () => h(ActionBar, { actions, busy: false, onPerform: (name: string) => performed.push(name) })),
    { attachTo: document.body, global: { plugins } },
  )
  const button = (label: string) => {
    const found = [...document.querySelectorAll('button')].find(each => each.textContent?.trim() === label)
    if (!found) throw new Error(`no button ${label}`)
    return found
  }
  return { wrapper, performed, button }
}

test('une action interdite ne se fait pas, mais reste atteignable et dit pourquoi', () => {
  const reason = 'L’accusé de réception n’est pas encore arrivé'
  const { wrapper, performed, button } = show([
    { name: 'annuler', label: 'Annuler l’acte', enabled: false, reason, kind: 'normal' },
  ])
  const annuler = button('Annuler l’acte')
  annuler.click()
  expect(performed).toEqual([])
  expect(annuler.disabled).toBe(false)
  const described = document.getElementById(annuler.getAttribute('aria-describedby') ?? '')
  expect(described?.textContent).toContain(reason)
  wrapper.unmount()
})

test('une action qui se confirme ne part qu’après la confirmation', async () => {
  const { wrapper, performed, button } = show([
    { name: 'supprimer', label: 'Supprimer', enabled: true, confirm: 'Le brouillon sera supprimé.', kind: 'danger' },
  ])
  button('Supprimer').click()
  await expect.poll(() => document.querySelector('[role=dialog]')?.textContent).toContain('Le brouillon sera supprimé.')
  expect(performed).toEqual([])
  const confirm = [...document.querySelectorAll<HTMLButtonElement>('[role=dialog] button')].find(
    each => each.textContent?.trim() === 'Supprimer',
  )
  confirm?.click()
  expect(performed).toEqual(['supprimer'])
  wrapper.unmount()
})

test('une action qui mène ailleurs le montre', () => {
  const { wrapper, performed, button } = show([
    { name: 'tdt.confirmer', label: 'Confirmer', enabled: true, opens: true, kind: 'primary' },
  ])
  expect(button('Confirmer').querySelectorAll('svg, [class*=i-lucide]').length).toBeGreaterThan(0)
  button('Confirmer').click()
  expect(performed).toEqual(['tdt.confirmer'])
  wrapper.unmount()
})

test('le parcours est une liste ordonnée qui dit où en est le document', () => {
  const step = (
    alias: string,
    label: string,
    status: RouteStep['status'],
    states: RouteStep['states'] = [],
  ): RouteStep => ({
    alias,
    label,
    status,
    since: states[0]?.at ?? null,
    states,
  })
  const at = '2026-03-14T13:05:00Z'
  const wrapper = mount(RouteDrawing, {
    props: {
      route: [
        step('brouillon', 'Brouillon', 'done', [{ name: 'brouillon', label: 'Brouillon', at }]),
        step('signature', 'Signature', 'trouble', [
          { name: 'signature.erreur', label: 'Le parapheur ne répond pas', at },
        ]),
        step('sae', 'Archivage', 'skipped'),
        step('termine', 'Terminé', 'todo'),
      ],
    },
    global: { plugins },
  })
  const stops = wrapper.findAll('ol > li')
  expect(stops.map(stop => stop.find('p').text())).toEqual(['Brouillon', 'Signature', 'Archivage', 'Terminé'])
  expect(stops.map(stop => stop.attributes('aria-current'))).toEqual([undefined, 'step', undefined, undefined])
  expect(stops[1]?.text()).toContain('Une intervention est nécessaire')
  expect(stops[1]?.text()).toContain('Le parapheur ne répond pas')
  expect(stops[2]?.text()).toContain('Ne sera pas fait')
  expect(wrapper.findAll('time').map(time => time.attributes('datetime'))).toEqual([at, at])
})
