"""The page shell: base pages, components, styles, scripts, forms, charts. Knows no area of the practice."""
