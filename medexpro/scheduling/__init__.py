"""What is booked: hours, services, rooms, bookings, groups, and the calendar that shows them."""
