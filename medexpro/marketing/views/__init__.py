"""Pages of this area: days and their board, people, stations, pages to take home, leads."""
