import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import { useSession } from './composables/use-session.ts'

const routes: readonly RouteRecordRaw[] = [
  { path: '/connexion', name: 'sign-in', component: () => import('./pages/SignInPage.vue'), meta: { open: true } },
  { path: '/', name: 'home', component: () => import('./components/LoadState.vue') },
  // The address that letters give: the page is that of an entity, one's own to begin with.
  { path: '/notifications', name: 'my-notifications', component: () => import('./components/LoadState.vue') },
  {
    path: '/entites/:entityId',
    component: () => import('./pages/EntityLayout.vue'),
    props: true,
    children: [
      { path: '', redirect: to => ({ name: 'documents', params: to.params }) },
      { path: 'documents', name: 'documents', component: () => import('./pages/DocumentsPage.vue'), props: true },
      {
        path: 'documents/:documentId',
        name: 'document',
        component: () => import('./pages/DocumentPage.vue'),
        props: true,
      },
      {
        path: 'documents/:documentId/modifier',
        name: 'document-edit',
        component: () => import('./pages/DocumentEditPage.vue'),
        props: true,
      },
      {
        path: 'flux/:flowId/aide',
        name: 'flow-help',
        component: () => import('./pages/FlowHelpPage.vue'),
        props: true,
      },
      { path: 'studio', name: 'studio', component: () => import('./pages/StudioPage.vue'), props: true },
      {
        // No flow is called « - ».
        path: 'studio/-/groupes',
        name: 'studio-groups',
        component: () => import('./pages/StudioGroupsPage.vue'),
        props: true,
      },
      {
        path: 'studio/:flowId',
        name: 'studio-flow',
        component: () => import('./pages/StudioFlowPage.vue'),
        props: true,
      },
      {
        path: 'import-pastell',
        name: 'import-pastell',
        component: () => import('./pages/ImportPastellPage.vue'),
        props: true,
      },
      { path: 'recherche', name: 'search', component: () => import('./pages/SearchPage.vue'), props: true },
      {
        path: 'notifications',
        name: 'notifications',
        component: () => import('./pages/NotificationsPage.vue'),
        props: true,
      },
      { path: 'annuaire', name: 'contacts', component: () => import('./pages/ContactsPage.vue'), props: true },
      { path: 'lots', name: 'batches', component: () => import('./pages/BatchesPage.vue'), props: true },
      { path: 'lots/nouveau', name: 'batch-new', component: () => import('./pages/BatchNewPage.vue'), props: true },
      { path: 'lots/:batchId', name: 'batch', component: () => import('./pages/BatchPage.vue'), props: true },
      { path: 'connecteurs', name: 'connectors', component: () => import('./pages/ConnectorsPage.vue'), props: true },
      {
        path: 'connecteurs/nouveau',
        name: 'connector-new',
        component: () => import('./pages/ConnectorNewPage.vue'),
        props: true,
      },
      {
        path: 'connecteurs/:instanceId',
        name: 'connector',
        component: () => import('./pages/ConnectorPage.vue'),
        props: true,
      },
    ],
  },
  { path: '/:rest(.*)*', name: 'not-found', component: () => import('./pages/NotFoundPage.vue') },
]

export const router = createRouter({
  history: createWebHistory(),
  routes,
  scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? false : { top: 0 }),
})

router.beforeEach(async to => {
  if (to.meta['open']) return true
  const session = await useSession().current()
  if (!session) return { name: 'sign-in', query: to.name === 'home' ? {} : { retour: to.fullPath } }
  if (to.name === 'my-notifications') return { name: 'notifications', params: { entityId: session.home } }
  return to.name === 'home' ? { name: 'documents', params: { entityId: session.home } } : true
})

// A new page is read from its start: keyboard and screen readers are taken to its content.
router.afterEach((to, from) => {
  if (from.name === undefined || to.path === from.path) return
  requestAnimationFrame(() => document.getElementById('contenu')?.focus({ preventScroll: true }))
})
