import { fileURLToPath } from 'node:url'
import ui from '@nuxt/ui/vite'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  root: here('.'),
  build: { outDir: here('../var/ui'), emptyOutDir: true, chunkSizeWarningLimit: 700 },
  server: { proxy: { '/api': process.env['PASSEUR_API'] ?? 'http://localhost:3000' } },
  plugins: [
    vue(),
    // Components and functions are imported where they are used: a newcomer sees where each one comes from.
    ui({
      autoImport: false,
      components: false,
      colorMode: false,
      dts: false,
      // Icons are taken from the local Lucide data at build time; the Iconify service is never asked.
      icon: { clientBundle: { scan: true } },
      theme: { colors: ['primary', 'neutral', 'info', 'success', 'warning', 'error'] },
      ui: {
        colors: { primary: 'teal', neutral: 'slate', info: 'blue', success: 'green', warning: 'amber', error: 'red' },
        // Darker, not lighter, under the pointer: white text keeps its contrast.
        button: {
          compoundVariants: [
            {
              color: 'primary',
              variant: 'solid',
              class: 'hover:bg-(--ui-color-primary-800) active:bg-(--ui-color-primary-800)',
            },
            {
              color: 'error',
              variant: 'solid',
              class: 'hover:bg-(--ui-color-error-800) active:bg-(--ui-color-error-800)',
            },
          ],
        },
      },
    }),
  ],
})
