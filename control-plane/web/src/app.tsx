import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import '@mantine/core/styles.layer.css';
import { RouterProvider } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { Provider } from 'urql';
import { openApi } from './api/client.js';
import type { Api } from './api/client.js';
import { session } from './api/session.js';
import { useStore } from './api/store.js';
import { router } from './router.js';
import { cssVariables, theme } from './theme.js';
import './page.css';

// The same key as in public/colour-scheme.js, which reads it before the first paint.
const schemeManager = localStorageColorSchemeManager({ key: 'drawbridge-colour-scheme' });

export function App() {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      colorSchemeManager={schemeManager}
      defaultColorScheme="auto"
    >
      <Visit key={useStore(session).visit} />
    </MantineProvider>
  );
}

/** Everything that belongs to one person's visit. */
function Visit() {
  const [api, setApi] = useState<Api>();
  useEffect(() => {
    const opened = openApi();
    setApi(opened);
    return () => opened.close();
  }, []);
  if (!api) return null;
  return (
    <Provider value={api.client}>
      <RouterProvider router={router} />
    </Provider>
  );
}
