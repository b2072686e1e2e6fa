import ui from '@nuxt/ui/vue-plugin'
import { createApp } from 'vue'
import { apiState } from './api/http.ts'
import App from './App.vue'
import { useEntities } from './composables/use-entities.ts'
import { useSession } from './composables/use-session.ts'
import { i18n } from './locales/i18n.ts'
import { router } from './router.ts'
import './styles/main.css'

apiState.onSignedOut = () => {
  useSession().forget()
  useEntities().forget()
  const here = router.currentRoute.value
  if (here.name !== 'sign-in') void router.push({ name: 'sign-in', query: { retour: here.fullPath } })
}

createApp(App).use(router).use(i18n).use(ui).mount('#app')
